namespace EdgeProxy.Certificates;

/// <summary>Looks after one name's certificate. Made with something to serve at hand, and never without afterwards.</summary>
internal interface ICertificateLoop
{
    ServingCertificate Current { get; }

    CertificateStatus Status { get; }

    /// <summary>Runs until cancelled. MUST NOT end or throw for any other reason, and MUST set <see cref="Current"/> before it swaps the
    /// certificate in the table.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
