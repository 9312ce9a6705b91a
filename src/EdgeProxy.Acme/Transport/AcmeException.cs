using System.Net;

namespace EdgeProxy.Acme;

/// <summary>
/// A step on the way to the certificate failed. The message is a sentence to act on that carries the CA's own words; no secret
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

    /// <summary>
    /// How long the CA asked to be left alone (Retry-After), counted from when its answer came: from 0 to 365 days; null when it asked
    /// for nothing.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// No whole HTTP answer came: the name does not resolve, nobody takes the connection, the TLS handshake fails, the exchange breaks
    /// off or takes longer than <see cref="AcmeClientOptions.RequestTimeout"/>. Says nothing about the order. False for every answer of
    /// the CA; a cancellation by the caller is an <see cref="OperationCanceledException"/> instead.
    /// </summary>
    public bool IsUnreachable { get; init; }

    /// <summary>
    /// The CA answered that there were too many requests, perhaps only for this name or account (RFC 8555 §6.6): the problem's type is
    /// <see cref="AcmeErrorType.RateLimited"/>, whatever the status, or the status is 429 (RFC 6585 §4).
    /// </summary>
    public bool IsRateLimited => Problem?.Type == AcmeErrorType.RateLimited || StatusCode == HttpStatusCode.TooManyRequests;

    /// <summary>The CA answered that it serves nobody for now, whatever the name and the account: 503 (RFC 9110 §15.6.4).</summary>
    public bool IsServiceUnavailable => StatusCode == HttpStatusCode.ServiceUnavailable;

    /// <summary>Trying again is pointless until somebody changes the configuration, the account or the CA's policy.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>The account is unknown to the CA: register again (RFC 8555 §7.3.1).</summary>
    public bool IsAccountMissing => Problem?.Type == AcmeErrorType.AccountDoesNotExist;
}
