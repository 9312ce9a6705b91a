using System.Net;

namespace EdgeProxy.Acme;

/// <summary>
/// Something between us and the certificate failed. The message is a sentence to act on that carries the CA's own words; no secret
/// is ever in it.
/// </summary>
public sealed class AcmeException : Exception
{
    /// <summary>Makes one from a sentence.</summary>
    public AcmeException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal static AcmeException Permanent(string message) => new(message) { IsPermanent = true };

    /// <summary>The CA's problem document, where it sent one.</summary>
    public AcmeProblem? Problem { get; init; }

    /// <summary>The status of the CA's answer, where an answer is what went wrong.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>How long the CA asked to be left alone, counted from when its answer came.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Trying again is pointless until somebody changes something: the configuration, the account, the CA's mind.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>The account is unknown to the CA: register again (RFC 8555 §7.3.1).</summary>
    public bool IsAccountMissing => Problem?.Type == AcmeErrorType.AccountDoesNotExist;
}
