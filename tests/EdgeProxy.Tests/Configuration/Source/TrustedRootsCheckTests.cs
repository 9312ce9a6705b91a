using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting.Reload;

namespace EdgeProxy.Tests.Configuration.Source;

public sealed class TrustedRootsCheckTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "has no certificate in it")]
    [InlineData("hello", "has no certificate in it")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is damaged")]
    [InlineData(null, "cannot be read")]
    public void TheyMustHoldCertificates(string? text, string sentence)
    {
        var file = text is null ? _folder.File("missing.pem") : _folder.Write("roots.pem", text);

        Assert.Equal(
            ["EdgeProxy:Acme:TrustedRoots", "EdgeProxy:Domains:example.org:Acme:TrustedRoots"],
            Errors(("Acme", file), ("Domains:example.org:Acme", Path.GetFileName(file))).Select(error => error.Path));
        Assert.Contains($"{file} {sentence}", Errors(("Acme", file)).Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThoseThatDoAreFine()
    {
        Assert.Empty(Errors(("Acme", _folder.Write("roots.pem", TestCa.CreateRoot().Pem))));
    }

    [Fact]
    public void AreLookedAtWheneverAConfigurationIsLoaded()
    {
        _folder.Write("appsettings.json", """
            { "EdgeProxy": { "Acme": { "TrustedRoots": "roots.pem" }, "Domains": { "localhost": { "Upstream": "demo" } } } }
            """);
        var source = new ConfigSource(
            new ConfigPlace(_folder.Path, _folder.Path, "Production", "EDGEPROXY_TEST_NONE_"), [], OtherSections.Parse);

        Assert.StartsWith(
            $"EdgeProxy:Acme:TrustedRoots: {_folder.File("roots.pem")} cannot be read",
            source.Load().Errors.Single().ToString(),
            StringComparison.Ordinal);
    }

    private IEnumerable<ConfigError> Errors(params (string Section, string File)[] written)
    {
        var values = written.Select(entry => KeyValuePair.Create($"EdgeProxy:{entry.Section}:TrustedRoots", (string?)entry.File));
        return TrustedRootsCheck.Errors(ConfigNode.Create(values), _folder.Path);
    }
}
