using EdgeProxy.Hosting;
using EdgeProxy.Tests.Configuration;

namespace EdgeProxy.Tests.Hosting;

public class StartupReportTests
{
    [Fact]
    public void SaysWhatRunsWhereAndWhatToTry()
    {
        var config = ConfigText.Accept(ConfigText.Parse("""
            {
              'HttpPort': 8080, 'HttpsPort': 8443, 'DataDirectory': '/data', 'Acme': { 'AcceptTermsOfService': true },
              'Domains': {
                'localhost': { 'Upstream': 'demo' },
                'example.org': { 'Upstreams': [ 'http://a:8071', 'h2c://b:8072' ], 'Aliases': [ 'www.example.org' ] }
              }
            }
            """));

        Assert.Equal(
        [
            "http on *:8080, https on *:8443, admin on http://127.0.0.1:9180; data in /data",
            "https://localhost:8443/ -> demo, certificate: Internal",
            "https://example.org:8443/ -> http://a:8071, h2c://b:8072, certificate: Acme (acme-v02.api.letsencrypt.org); "
                + "also www.example.org",
            "try: curl --cacert /data/internal-ca/root.pem https://localhost:8443/",
        ], StartupReport.Lines(config));
    }
}
