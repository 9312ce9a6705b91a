using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>Looks after the certificate of one name or of several, and puts it into cells that it made, until it is disposed of.</summary>
internal interface ICertificateLoop : IDisposable
{
    /// <summary>Puts into the cells what is on disk. Any number of threads may call it, at any time; it MUST NOT throw, and MUST have no
    /// effect from the second time on.</summary>
    void Prepare();

    /// <summary>Runs until cancelled. MUST NOT end or throw for any other reason.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>What can be said about the name of a cell now.</summary>
    CertificateState StateOf(CertificateCell cell);
}
