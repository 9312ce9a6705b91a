using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Configurations that are about names and certificates and nothing else.</summary>
internal static class TestConfig
{
    public static EdgeConfig Create(string dataDirectory, params (string Name, CertificateSource Source)[] names) => new()
    {
        Listeners = new ListenerConfig("*", 80, 443, 443, null),
        DataDirectory = dataDirectory,
        ShutdownGracePeriod = TimeSpan.FromSeconds(30),
        Sites = [.. names.Select(name => new Site
        {
            Name = name.Name,
            Names = [new SiteName(name.Name, name.Source)],
            Target = new SiteTarget.Redirect(new Uri("https://elsewhere.example")),
        })],
    };

    public static EdgeConfig Create(string dataDirectory, CertificateSource source, params string[] names) =>
        Create(dataDirectory, [.. names.Select(name => (name, source))]);
}
