using System.Security.Cryptography;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>A CA that certificates are obtained from.</summary>
internal interface ICertificateIssuer
{
    /// <summary>Tells CAs apart: a certificate on disk that another one issued is replaced. Reading it must not fail.</summary>
    string Authority { get; }

    CertificateKeyType KeyType { get; }

    /// <summary>Obtains a certificate. It MUST throw <see cref="IssuanceException"/> with a sentence for everything that can be foreseen,
    /// MUST end by itself and soon after cancellation, and SHOULD go on with a pending order instead of placing another.</summary>
    /// <returns>The chain in PEM, leaf first, byte for byte as the CA sent it.</returns>
    Task<byte[]> IssueAsync(Issuance issuance, CancellationToken cancellationToken);
}

/// <summary>One certificate to be obtained.</summary>
/// <param name="Name">Host name, wildcard or IP address.</param>
/// <param name="Key">The key that the certificate is for.</param>
/// <param name="PendingOrder">An order of an earlier attempt with the same key.</param>
/// <param name="OrderPlaced">Called with a new order's address before anything else is done with it.</param>
/// <param name="Random">For this issuance alone.</param>
internal sealed record Issuance(string Name, AsymmetricAlgorithm Key, Uri? PendingOrder, Action<Uri> OrderPlaced, Random Random);

/// <summary>No certificate could be obtained, for a reason that the message tells in a sentence.</summary>
internal sealed class IssuanceException : Exception
{
    public IssuanceException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The earliest time for another attempt, when the CA named one.</summary>
    public DateTimeOffset? RetryAfter { get; init; }

    /// <summary>Whether the order is of no use any more.</summary>
    public bool OrderIsLost { get; init; }

    /// <summary>Whether the CA could not be reached or had no time for us, which says nothing about the order.</summary>
    public bool CaIsUnavailable { get; init; }
}
