using EdgeProxy.Configuration.Writing;

namespace EdgeProxy.Tests.Configuration.Writing;

public class ConfigWriterTests
{
    [Fact]
    public void WritesWhatAPersonWouldWrite()
    {
        const string Text = """
            {
              "EdgeProxy": {
                "HttpPort": 8080,
                "Acme": { "Email": "ops@example.org", "AcceptTermsOfService": true, "Staging": true },
                "Domains": {
                  "z.example.org": {
                    "Upstreams": ["http://a:1", "h2c://b:2/x"],
                    "Aliases": ["www.example.org"],
                    "Errors": { "502": {"code":"DOWN"} },
                    "Acme": { "KeyType": "RSA2048" }
                  },
                  "example.com": { "RedirectTo": "https://z.example.org" },
                  "localhost": { "Upstream": "demo", "HostHeader": "Upstream", "MaxRequestBodySize": 0 }
                }
              }
            }
            """;

        Assert.Equal(Text, ConfigWriter.Write(ConfigText.Accept(ConfigText.ParseFile(Text)), ConfigText.BaseDirectory));
    }

    [Fact]
    public void LeavesOutEveryDefault() => Assert.Equal(
        """
        {
          "EdgeProxy": {
            "Domains": {
              "localhost": { "Upstream": "demo" }
            }
          }
        }
        """,
        Written("""
            {
              'HttpPort': 80, 'Acme': { 'KeyType': 'P256' }, 'DataDirectory': 'data',
              'Domains': { 'localhost': { 'Upstreams': [ 'demo' ], 'Timeout': '00:01:00' } }
            }
            """));

    [Theory]
    [InlineData("'DirectoryUrl': 'https://ca.internal/a'", "'DirectoryUrl': 'https://ca.internal/b', 'Email': 'b@example.org'")]
    [InlineData(
        "'AcceptTermsOfService': true, 'Staging': true, 'Email': 'a@example.org'",
        "'DirectoryUrl': 'https://ca.internal/b', 'Profile': 'short'")]
    [InlineData(
        "'AcceptTermsOfService': true, 'ExternalAccount': { 'KeyId': 'k', 'HmacKey': 'YQ' }",
        "'DirectoryUrl': 'https://ca.internal/b', 'ExternalAccount': { 'KeyId': 'k', 'HmacKey': 'YQ' }")]
    [InlineData(
        "'AcceptTermsOfService': true, 'ExternalAccount': { 'KeyId': 'k', 'HmacKey': 'YQ' }",
        "'DirectoryUrl': 'https://ca.internal/b'")]
    [InlineData("'AcceptTermsOfService': true, 'TrustedRoots': 'a.pem', 'KeyType': 'P384'", "'TrustedRoots': 'b.pem', 'KeyType': 'P256'")]
    [InlineData("'DirectoryUrl': 'https://ca.internal/a', 'KeyType': 'RSA3072'", "'AcceptTermsOfService': true, 'Staging': true")]
    public void SitesThatDifferInTheirCaKeepTheirDifferences(string general, string site) => RoundTrips($$"""
        {
          'Acme': { {{general}} },
          'Domains': {
            'a.example.org': { 'Upstream': 'demo', 'Aliases': [ 'localhost' ] },
            'b.example.org': { 'Upstream': 'demo', 'Acme': { {{site}} } },
            'c.example.org': { 'Upstream': 'demo' }
          }
        }
        """);

    [Theory]
    [InlineData("'*.example.org': { 'Upstream': 'demo', 'Certificate': { 'Source': 'Internal' } }")]
    [InlineData("'localhost': { 'Upstream': 'demo', 'Aliases': [ '::1', '127.0.0.1', 'a.example.org' ] }")]
    [InlineData("'ca.internal': { 'Upstream': 'demo', 'Certificate': { 'Source': 'Acme' } }")]
    [InlineData("""
        'a.org': { 'Upstream': 'demo', 'Aliases': [ 'localhost' ], 'Certificate': { 'Source': 'File', 'Path': '/c', 'KeyPath': 'k' } }
        """)]
    [InlineData("'bücher.example': { 'RedirectTo': 'https://süß.example/ä%20b/', 'HttpsRedirect': false }")]
    [InlineData("'localhost': { 'Upstream': 'http://bücher.example:1' }")]
    [InlineData("'localhost': { 'Upstream': 'demo', 'Errors': { '400': '[ 1 ]', '502': '1', '503': {} } }")]
    [InlineData("'localhost': { 'Upstream': 'demo', 'Errors': { '504': { 'a\\u0022': { 'b': [ null, -1e3 ], 'c': '\\u20ac' } } } }")]
    public void EveryKindOfSiteIsReadAsItIsWritten(string sites) =>
        RoundTrips($"{{ 'Acme': {{ 'DirectoryUrl': 'https://ca.internal/dir' }}, 'Domains': {{ {sites} }} }}");

    private static void RoundTrips(string section)
    {
        var config = ConfigText.Accept(ConfigText.Parse(section));
        Assert.Equal(config, ConfigText.Accept(ConfigText.ParseFile(ConfigWriter.Write(config, ConfigText.BaseDirectory))));
    }

    private static string Written(string section) =>
        ConfigWriter.Write(ConfigText.Accept(ConfigText.Parse(section)), ConfigText.BaseDirectory);
}
