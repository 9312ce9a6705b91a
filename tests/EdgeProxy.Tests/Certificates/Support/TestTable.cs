using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Tables whose cells are filled by the test.</summary>
internal static class TestTable
{
    public static CertificateTable Create(params (string Name, ServingCertificate Certificate)[] entries)
    {
        var table = new CertificateTable();
        table.Publish([.. entries.Select(entry => Cell(entry.Name, entry.Certificate))]);
        return table;
    }

    public static CertificateCell Cell(string name, ServingCertificate? certificate = null) =>
        new(name, () => { }, TimeProvider.System) { Certificate = certificate };
}
