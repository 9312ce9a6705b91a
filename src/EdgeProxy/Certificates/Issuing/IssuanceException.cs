using EdgeProxy.Acme;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>No certificate could be obtained, for a reason that the message tells in a sentence, and what follows from it.</summary>
internal sealed class IssuanceException : Exception
{
    // The system's messages come with and without a full stop.
    public IssuanceException(string sentence, Exception? inner = null)
        : base(sentence.TrimEnd('.') + ".", inner)
    {
    }

    /// <summary>The earliest time for another attempt, when the CA named one.</summary>
    public DateTimeOffset? RetryAfter { get; init; }

    /// <summary>Whether the order is of no use any more.</summary>
    public bool OrderIsLost { get; init; }

    /// <summary>Whether the failure says nothing about the order: the CA could not be reached or had no time for us, or the data
    /// directory could not be used.</summary>
    public bool OrderIsBlameless { get; init; }

    /// <summary>Explains why an attempt failed; null for a failure that is not foreseen.</summary>
    public static IssuanceException? From(Exception exception, DateTimeOffset now) => exception switch
    {
        IssuanceException explained => explained,
        AcmeException refusal => new IssuanceException(refusal.Message, refusal)
        {
            RetryAfter = now + refusal.RetryAfter,
            OrderIsLost = refusal.IsPermanent,
            OrderIsBlameless = refusal.IsUnreachable || refusal.IsRateLimited || refusal.IsServiceUnavailable,
        },
        DataDirectoryException disk => new IssuanceException(disk.Message, disk) { OrderIsBlameless = true },
        _ => null,
    };
}
