using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Looks after one name's certificate. Made with something to serve at hand, and never without afterwards.</summary>
internal interface ICertificateLoop
{
    ServingCertificate Current { get; }

    CertificateStatus Status { get; }

    /// <summary>Runs until cancelled. MUST NOT end or throw for any other reason, MUST begin by seeing that the table holds
    /// <see cref="Current"/>, and MUST set it before it swaps a certificate in.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
