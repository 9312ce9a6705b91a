using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>A configured name, the cell that it is served from, and the loop that fills that.</summary>
internal sealed record KeptName(SiteName Name, CertificateCell Cell, LoopTask Task)
{
    public CertificateStatus Status => new(Name.Name, Name.Certificate, Task.Loop.StateOf(Cell));
}
