using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace EdgeProxy.Acme.Tests.Verbs;

public sealed class AcmeClientCertificatesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PebbleVersion.Debian)]
    [InlineData(PebbleVersion.Current)]
    public async Task RevokesInTheNameOfTheAccountOrWithTheCertificatesOwnKey(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var first = await IssueAsync(ca, key);
        using var second = await IssueAsync(ca, key);
        using var stranger = AcmeAccountKey.Generate();
        var withoutAccount = new AcmeClient(ca.Network, ca.Pebble.DirectoryUrl, stranger, TimeProvider.System);

        await ca.Client.RevokeCertificateAsync(first, RevocationReason.Superseded, Cancel);
        await withoutAccount.RevokeCertificateAsync(second, key, RevocationReason.KeyCompromise, Cancel);

        Assert.Equal(("Revoked", 4), await StatusAsync(ca, first));
        Assert.Equal(("Revoked", 1), await StatusAsync(ca, second));
        var again = await Assert.ThrowsAsync<AcmeException>(() => ca.Client.RevokeCertificateAsync(first, cancellationToken: Cancel));
        Assert.Equal(AcmeErrorType.AlreadyRevoked, again.Problem?.Type);
        Assert.True(again.IsPermanent);
    }

    [Fact]
    public async Task LeavesTheReasonOutWhenThereIsNone()
    {
        using var ca = new FakeCa();
        ca.On("/revoke", Answer.Empty());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = X509Certificate2.CreateFromPem(FakeCa.Issue(key, ["a.test"]));

        await ca.Client().RevokeCertificateAsync(certificate, cancellationToken: Cancel);

        Assert.StartsWith("""{"certificate":"MII""", ca.Last("/revoke").Payload);
        Assert.DoesNotContain("reason", ca.Last("/revoke").Payload);
    }

    [Fact]
    public async Task SaysSoWhenTheCaDoesNotRevoke()
    {
        using var ca = new FakeCa();
        ca.On("/dir", Answer.Json("""
            {"newNonce": "https://ca.test/nonce", "newAccount": "https://ca.test/a", "newOrder": "https://ca.test/o"}
            """));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = X509Certificate2.CreateFromPem(FakeCa.Issue(key, ["a.test"]));

        var failure = await Assert.ThrowsAsync<AcmeException>(
            () => ca.Client().RevokeCertificateAsync(certificate, cancellationToken: Cancel));

        Assert.Equal("The CA at https://ca.test/dir does not offer revocation.", failure.Message);
        Assert.True(failure.IsPermanent);
    }

    private static async Task<X509Certificate2> IssueAsync(Ca ca, ECDsa key)
    {
        var issued = await ca.Order.ObtainAsync(new OrderRequest([AcmeIdentifier.Dns("a.example.org")], key), Cancel);
        return X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(issued.Pem.Span));
    }

    private static async Task<(string?, int)> StatusAsync(Ca ca, X509Certificate2 certificate)
    {
        var serial = Convert.ToHexStringLower(certificate.SerialNumberBytes.Span);
        using var status = JsonDocument.Parse(await ca.Pebble.GetManagementAsync($"cert-status-by-serial/{serial}", Cancel));
        var root = status.RootElement;
        return (root.GetProperty("Status").GetString(), root.TryGetProperty("Reason", out var reason) ? reason.GetInt32() : 0);
    }
}
