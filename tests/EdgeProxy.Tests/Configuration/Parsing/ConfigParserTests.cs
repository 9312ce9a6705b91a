using System.Net;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Configuration.Parsing;

public class ConfigParserTests
{
    [Fact]
    public void TheShortestUsefulConfigurationHasTheDocumentedDefaults()
    {
        var config = ConfigText.Accept(ConfigText.Parse("""
            {
              'Acme': { 'Email': 'ops@example.org', 'AcceptTermsOfService': true },
              'Domains': { 'example.org': { 'Upstream': 'http://api:8071' } }
            }
            """));

        Assert.Equal(new ListenerConfig("*", 80, 443, 443, new AdminConfig(IPAddress.Loopback, 9180)), config.Listeners);
        Assert.Equal("/srv/edge/data", config.DataDirectory);
        Assert.Equal(TimeSpan.FromSeconds(30), config.ShutdownGracePeriod);
        Assert.Empty(config.TrustedProxies);
        Assert.Equal(new LimitsConfig(null, null), config.Limits);

        var site = Assert.Single(config.Sites);
        Assert.Equal("example.org", site.Name);
        Assert.True(site.HttpsRedirect);
        Assert.Equal(301, site.RedirectStatusCode);
        Assert.Equal(30_000_000, site.MaxRequestBodySize);
        Assert.Equal(ErrorBodies.None, site.Errors);

        var proxy = Assert.IsType<SiteTarget.Proxy>(site.Target);
        Assert.Equal([new Upstream.Server(new Uri("http://api:8071"), Http2Only: false)], proxy.Upstreams);
        Assert.IsType<HostHeader.Preserve>(proxy.HostHeader);
        Assert.False(proxy.RequestBuffering);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10)), (proxy.Timeout, proxy.ConnectTimeout));

        var acme = Assert.IsType<CertificateSource.Acme>(Assert.Single(site.Names).Certificate).Authority;
        Assert.Equal(
            new AcmeConfig
            {
                DirectoryUrl = new Uri("https://acme-v02.api.letsencrypt.org/directory"),
                Email = "ops@example.org",
                AcceptTermsOfService = true,
            },
            acme);
    }

    [Fact]
    public void TakesEveryKeyThatIsDocumented()
    {
        var config = ConfigText.Accept(ConfigText.Parse("""
            {
              'HttpPort': 8080, 'HttpsPort': '8443', 'PublicHttpsPort': 443, 'BindAddress': '10.0.0.1',
              'DataDirectory': '/data', 'ShutdownGracePeriod': '00:01:30',
              'Admin': { 'Port': 9000, 'BindAddress': '*' }, 'Limits': { 'MaxConnections': 5000, 'MaxConnectionsPerClient': '100' },
              'TrustedProxies': [ '10.0.0.0/8', '192.168.1.7', 'fd00::/8', '10.9.9.9/16' ],
              'Acme': { 'Email': '', 'AcceptTermsOfService': 'true', 'Staging': true, 'Challenge': 'http-01', 'KeyType': 'rsa2048',
                'Profile': 'shortlived',
                        'ExternalAccount': { 'KeyId': 'kid-1', 'HmacKey': 'c2VjcmV0LXNlY3JldA' } },
              'Domains': {
                'example.org': {
                  'Upstreams': [ 'http://a:1', 'h2c://b:2' ], 'Aliases': [ 'www.example.org', 'localhost' ],
                  'HostHeader': 'PreserveWithPort',
                  'HttpsRedirect': false, 'RedirectStatusCode': 308, 'Timeout': '00:10:00', 'ConnectTimeout': '00:00:02',
                  'RequestBuffering': true, 'MaxRequestBodySize': 0,
                  'Errors': { '502': { 'code': 'DOWN', 'tries': 3, 'ok': false, 'data': null } }
                }
              }
            }
            """));

        Assert.Equal(new ListenerConfig("10.0.0.1", 8080, 8443, 443, new AdminConfig(IPAddress.IPv6Any, 9000)), config.Listeners);
        Assert.Equal("/data", config.DataDirectory);
        Assert.Equal(new LimitsConfig(5000, 100), config.Limits);
        Assert.Equal(TimeSpan.FromSeconds(90), config.ShutdownGracePeriod);
        Assert.Equal(
            ["10.0.0.0/8", "192.168.1.7/32", "fd00::/8", "10.9.0.0/16"], config.TrustedProxies.Select(network => network.ToString()));

        var site = Assert.Single(config.Sites);
        Assert.Equal(["example.org", "www.example.org", "localhost"], site.Names.Select(name => name.Name));
        Assert.Equal((false, 308, null), (site.HttpsRedirect, site.RedirectStatusCode, site.MaxRequestBodySize));
        Assert.Equal("""{"code":"DOWN","tries":3,"ok":false,"data":null}"""u8, site.Errors.Bodies.Single().Json.Memory.Span);

        Assert.True(Assert.IsType<SiteTarget.Proxy>(site.Target).RequestBuffering);

        var acme = Assert.IsType<CertificateSource.Acme>(site.Names[1].Certificate).Authority;
        Assert.Equal("acme-staging-v02.api.letsencrypt.org", acme.DirectoryUrl.Host);
        Assert.Null(acme.Email);
        Assert.Equal((CertificateKeyType.RSA2048, "shortlived", "kid-1"), (acme.KeyType, acme.Profile, acme.ExternalAccount?.KeyId));
        Assert.IsType<CertificateSource.Internal>(site.Names[2].Certificate);
    }

    [Fact]
    public void TheSameTextGivesEqualConfigurations()
    {
        const string Text = """
            {
              'TrustedProxies': [ '10.0.0.0/8' ], 'Acme': { 'AcceptTermsOfService': true },
              'Domains': {
                'example.org': {
                  'Upstreams': [ 'http://a:1', 'demo' ], 'Aliases': [ 'localhost' ], 'Errors': { '502': { 'code': 'DOWN' } }
                },
                'example.com': { 'RedirectTo': 'https://example.org' }
              }
            }
            """;

        Assert.Equal(ConfigText.Accept(ConfigText.Parse(Text)), ConfigText.Accept(ConfigText.Parse(Text)));
    }

    [Fact]
    public void SitesStandInTheOrderTheyAreWritten()
    {
        var config = ConfigText.Accept(ConfigText.Parse("""
            { 'Domains': {
              'z.localhost': { 'Upstream': 'demo' }, 'A.localhost': { 'Upstream': 'demo' }, 'm.localhost': { 'Upstream': 'demo' } } }
            """));

        Assert.Equal(["z.localhost", "a.localhost", "m.localhost"], config.Sites.Select(site => site.Name));
    }

    [Fact]
    public void EveryErrorIsReportedAtOnce()
    {
        var result = ConfigText.Parse("""
            {
              'HttpPort': 'eighty', 'Adminn': {}, 'ShutdownGracePeriod': '30s', 'Acme': { 'Dns': { 'Provider': 'exec' } },
              'Domains': { 'example.org': { 'Upstreem': 'http://api:8071', 'Timeout': 5 }, 'a_b.example.org': { 'Upstream': 'api:8071' } }
            }
            """);

        Assert.Null(result.Config);
        Assert.Equal(
            [
                "EdgeProxy:Acme:AcceptTermsOfService",
                "EdgeProxy:Acme:Dns",
                "EdgeProxy:Adminn",
                "EdgeProxy:Domains:a_b.example.org",
                "EdgeProxy:Domains:a_b.example.org:Upstream",
                "EdgeProxy:Domains:example.org:Timeout",
                "EdgeProxy:Domains:example.org:Upstream",
                "EdgeProxy:Domains:example.org:Upstreem",
                "EdgeProxy:HttpPort",
                "EdgeProxy:ShutdownGracePeriod",
            ],
            result.Errors.Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ 'Domains': {} }")]
    [InlineData("{ 'Domains': null, 'Acme': { 'Email': '', 'AcceptTermsOfService': false } }")]
    public void WithoutASiteTheErrorShowsTheLinesToAdd(string section)
    {
        var result = ConfigText.Parse(section);

        ConfigText.Reject(result, "Domains", """ "example.org": { "Upstream": """);
        ConfigText.Reject(result, "Domains", "/srv/edge/appsettings.json");
    }

    [Theory]
    [InlineData("'Acme': { 'Fallback': { 'Email': 'a@example.org' } }", "Acme:Fallback", "is not a known key")]
    [InlineData("'Httpport': 80, 'HtpsPort': 443", "HtpsPort", "Did you mean \"HttpsPort\"?")]
    [InlineData("'Email': 'ops@example.org'", "Email", "Known here: HttpPort")]
    [InlineData("'Admin': 9180", "Admin", "must be an object")]
    [InlineData("'Admin': { 'Ports': 9180 }", "Admin:Ports", "Did you mean \"Port\"?")]
    [InlineData("'DataDirectory': { 'Path': 'x' }", "DataDirectory", "must be a single value")]
    [InlineData("'DataDirectory': 'a\\u0000b'", "DataDirectory", "null character")]
    [InlineData("'ShutdownGracePeriod': '30'", "ShutdownGracePeriod", "such as 00:00:30")]
    [InlineData("'Limits': { 'MaxConnections': 0 }", "Limits:MaxConnections", "must be a whole number from 1")]
    [InlineData("'Limits': { 'MaxConnectionsPerClient': 'many' }", "Limits:MaxConnectionsPerClient", "must be a whole number")]
    [InlineData("'TrustedProxies': '10.0.0.0/8'", "TrustedProxies", "must be a list")]
    [InlineData("'TrustedProxies': [ '10.0.0.0/8', '10.0.0.0/33' ]", "TrustedProxies:1", "is not a network")]
    [InlineData("'TrustedProxies': [ '' ]", "TrustedProxies:0", "is empty")]
    public void Rejects(string keys, string path, string sentence) =>
        ConfigText.Reject(ConfigText.Parse($"{{ {keys}, 'Domains': {{ 'localhost': {{ 'Upstream': 'demo' }} }} }}"), path, sentence);
}
