using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class CertificateSourceParserTests
{
    [Theory]
    [InlineData("example.org", false)]
    [InlineData("internal.example.org", false)]
    [InlineData("mylocalhost", false)]
    [InlineData("localhost", true)]
    [InlineData("app.localhost", true)]
    [InlineData("*.localhost", true)]
    [InlineData("nas.local", true)]
    [InlineData("git.corp.internal", true)]
    [InlineData("192.168.1.10", true)]
    public void NamesThatNobodyOutsideOwnsAreInternalUnlessWrittenOtherwise(string name, bool isInternal)
    {
        var source = ConfigText.Accept(ConfigText.ParseSite("{ 'Upstream': 'demo' }", name)).Sites[0].Names[0].Certificate;

        Assert.Equal(isInternal, source is CertificateSource.Internal);
    }

    [Fact]
    public void TheSourceIsDecidedNameByName()
    {
        var result = ConfigText.ParseSite("{ 'Upstream': 'demo', 'Aliases': [ 'localhost', '10.0.0.7', 'www.example.org' ] }");
        var names = ConfigText.Accept(result).Sites[0].Names;

        Assert.Equal(["Acme", "Internal", "Internal", "Acme"], names.Select(name => name.Certificate.GetType().Name));
    }

    [Fact]
    public void AFilePairIsTakenByFullPathWhetherItIsThereOrNot()
    {
        var site = ConfigText.Accept(ConfigText.ParseSite(
            "{ 'Upstream': 'demo', 'Certificate': { 'Source': 'file', 'Path': 'certs/a.pem', 'KeyPath': '/etc/a.key' } }",
            "*.example.org")).Sites[0];

        Assert.Equal(new CertificateSource.File("/srv/edge/certs/a.pem", "/etc/a.key"), site.Names[0].Certificate);
    }

    [Theory]
    [InlineData("'Certificate': 'Internal'", "Certificate", "must be an object")]
    [InlineData("'Certificate': { 'Source': 'Files' }", "Certificate:Source", "must be one of Acme, File, Internal")]
    [InlineData("'Certificate': { 'Source': 'File', 'Path': 'a.pem' }", "Certificate:KeyPath", "is missing")]
    [InlineData("'Certificate': { 'Source': 'File', 'KeyPath': 'a.key' }", "Certificate:Path", "is missing")]
    [InlineData("'Certificate': { 'Path': 'a.pem' }", "Certificate:Path", "belongs to Source File")]
    [InlineData("'Certificate': { 'Source': 'Internal', 'KeyPath': 'a.pem' }", "Certificate:KeyPath", "belongs to Source File")]
    [InlineData("'Certificate': { 'Source': 'Internal' }, 'Acme': { 'Profile': 'classic' }", "Acme", "has no effect")]
    [InlineData("'Aliases': [ '*.example.org' ]", "Aliases:0", "needs the challenge dns-01")]
    [InlineData(
        "'Certificate': { 'Source': 'Acme' }, 'Aliases': [ 'nas.local' ]",
        "Aliases:0",
        "no public CA issues a certificate for nas.local")]
    public void Rejects(string keys, string path, string sentence) =>
        ConfigText.Reject(ConfigText.ParseSite($"{{ 'Upstream': 'demo', {keys} }}"), $"Domains:example.org:{path}", sentence);

    [Theory]
    [InlineData("10.0.0.7", "")]
    [InlineData("nas.local", "'Aliases': [ '10.0.0.7' ],")]
    public void AnAcmeSectionWithoutEffectIsAnError(string name, string keys) => ConfigText.Reject(
        ConfigText.ParseSite($"{{ 'Upstream': 'demo', {keys} 'Acme': {{ 'DirectoryUrl': 'https://ca.internal/acme/directory' }} }}", name),
        $"Domains:{name}:Acme", "write \"Certificate\": { \"Source\": \"Acme\" } beside it");

    [Theory]
    [InlineData("10.0.0.7", "'Certificate': { 'Source': 'Acme' },")]
    [InlineData("nas.local", "'Aliases': [ 'www.example.org' ],")]
    public void AnAcmeSectionThatOneNameNeedsIsNone(string name, string keys) => ConfigText.Accept(
        ConfigText.ParseSite($"{{ 'Upstream': 'demo', {keys} 'Acme': {{ 'DirectoryUrl': 'https://ca.internal/acme/directory' }} }}", name));

    [Fact]
    public void AWildcardNeedsAFile() =>
        ConfigText.Reject(
            ConfigText.ParseSite("{ 'Upstream': 'demo' }", "*.example.org"), "Domains:*.example.org", "Certificate:Source File");

    [Fact]
    public void SitesThatShareAnAccountShareTheContactOfTheFirst()
    {
        var sites = ConfigText.Accept(ConfigText.Parse("""
            {
              'Acme': { 'AcceptTermsOfService': true, 'Email': 'ops@example.org' },
              'Domains': {
                'b.example.org': { 'Upstream': 'demo', 'Acme': { 'Email': 'b@example.org' } },
                'a.example.org': { 'Upstream': 'demo' },
                'c.example.org': { 'Upstream': 'demo', 'Acme': { 'Email': 'c@example.org', 'DirectoryUrl': 'https://ca.internal/dir' } },
                'd.example.org': {
                  'Upstream': 'demo',
                  'Acme': { 'Email': 'd@example.org', 'ExternalAccount': { 'KeyId': 'kid', 'HmacKey': 'c2VjcmV0' } }
                }
              }
            }
            """)).Sites;

        Assert.Equal(["b@example.org", "b@example.org", "c@example.org", "d@example.org"],
            sites.Select(site => Assert.IsType<CertificateSource.Acme>(site.Names[0].Certificate).Authority.Email));
    }

    [Fact]
    public void APrivateCaMayIssueForPrivateNames() => ConfigText.Accept(ConfigText.Parse("""
        {
          'Acme': { 'DirectoryUrl': 'https://ca.internal/acme/directory' },
          'Domains': { 'nas.local': { 'Upstream': 'demo', 'Certificate': { 'Source': 'Acme' } } }
        }
        """));
}
