namespace EdgeProxy.EndToEnd;

/// <summary>
/// Sites whose certificates come from a CA, and what all sites have in common: their certificates come later than their ports.
/// </summary>
public static class Acme
{
    /// <summary>Sites of these names with the demo upstream and certificates of the CA behind <paramref name="ca"/>.</summary>
    public static string Section(CaRelay ca, params string[] names) => $$"""
        {{Authority(ca.DirectoryUrl, ca.RootPemPath)}},
        "Domains": { {{string.Join(", ", names.Select(name => $$"""  "{{name}}": { "Upstream": "demo" } """))}} }
        """;

    public static string Authority(string directoryUrl, string rootPemPath) => $$"""
        "Acme": {
          "Email": "ops@edge.test", "AcceptTermsOfService": true, "DirectoryUrl": "{{directoryUrl}}", "TrustedRoots": "{{rootPemPath}}" }
        """;

    /// <summary>Waits until the certificate of a name on the wire is one that somebody else signed.</summary>
    public static Task WaitForCertificateAsync(EdgeProxyInstance edge, string name) =>
        edge.WaitUntilAsync(() => HasCertificateAsync(edge, name), $"serve an issued certificate for {name}");

    /// <summary>Whether what is served for a name is no placeholder any more.</summary>
    public static ValueTask<bool> HasCertificateAsync(EdgeProxyInstance edge, string name) => HasCertificateAsync(edge.HttpsPort, name);

    /// <summary>The same for a process that is no <see cref="EdgeProxyInstance"/>.</summary>
    public static async ValueTask<bool> HasCertificateAsync(int port, string name)
    {
        using var certificate = await Handshake.GetCertificateAsync(port, name);
        return !certificate.IssuerName.RawData.AsSpan().SequenceEqual(certificate.SubjectName.RawData);
    }
}
