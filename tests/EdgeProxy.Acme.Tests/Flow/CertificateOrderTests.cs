using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeProxy.Acme.Tests.Flow;

/// <summary>Certificates from a real CA, which checks by real HTTP requests and refuses every second nonce.</summary>
public sealed class CertificateOrderTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static TheoryData<PebbleVersion> Versions => [PebbleVersion.Debian, PebbleVersion.Current];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task ObtainsACertificateForTheKeyAndTheNames(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        var urls = new List<Uri>();

        var issued = await ca.Order.ObtainAsync(Request("a.example.org", "b.example.org") with
        {
            OrderCreated = (url, _) =>
            {
                // The order is noted before any challenge is presented.
                Assert.Empty(ca.Responder.Presented);
                urls.Add(url);
                return ValueTask.CompletedTask;
            },
        }, Cancel);

        var chain = Parse(issued);
        Assert.Equal(4, chain.Count);
        Assert.True(chain[0].MatchesHostname("a.example.org"));
        Assert.True(chain[0].MatchesHostname("b.example.org"));
        Assert.Equal(_key.ExportSubjectPublicKeyInfo(), chain[0].PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal([issued.OrderUrl], urls);
        Assert.Equal(2, ca.Responder.Presented.Count);
        Assert.Equal(0, ca.Responder.InPlace);
        Assert.True(BuildsTo(await ca.Pebble.GetIssuingRootAsync(0, Cancel), chain));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task ObtainsACertificateForAnAddressAndAnRsaKey(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        using var rsa = RSA.Create(2048);

        var issued = await ca.Order.ObtainAsync(new OrderRequest([AcmeIdentifier.Parse("127.0.0.1")], rsa), Cancel);

        Assert.True(Parse(issued)[0].MatchesHostname("127.0.0.1"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task TellsWhatTheCaSawWhenValidationFails(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        var solver = new RecordingSolver();
        var order = new CertificateOrder(ca.Client, solver, TimeProvider.System, new Random(1));

        var failure = await Assert.ThrowsAsync<AcmeException>(() => order.ObtainAsync(Request("a.example.org"), Cancel));

        Assert.StartsWith("The CA could not validate a.example.org with http-01: ", failure.Message);
        Assert.Contains("404", failure.Message);
        Assert.Equal("urn:ietf:params:acme:error:unauthorized", failure.Problem?.Type);
        Assert.Equal(AcmeIdentifier.Dns("a.example.org"), failure.Problem?.Identifier);
        Assert.False(failure.IsPermanent);
        Assert.Equal(["present a.example.org", "await a.example.org", "clean a.example.org"], solver.Calls);
    }

    [Fact]
    public async Task TellsThatNobodyAnsweredTheCa()
    {
        await using var ca = await Ca.StartWithAccountAsync();
        await ca.Responder.StopListeningAsync();

        var failure = await Assert.ThrowsAsync<AcmeException>(() => ca.Order.ObtainAsync(Request("a.example.org"), Cancel));

        Assert.Contains("connection refused", failure.Message);
        Assert.Equal("urn:ietf:params:acme:error:connection", failure.Problem?.Type);
    }

    [Fact]
    public async Task TakesTheChainOfThePreferredIssuer()
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { AlternateRoots = 2 });
        using var root = await ca.Pebble.GetIssuingRootAsync(2, Cancel);
        var issuer = root.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

        var issued = await ca.Order.ObtainAsync(Request("a.example.org") with { PreferredIssuer = issuer }, Cancel);

        Assert.Equal(issuer, Parse(issued)[^1].GetNameInfo(X509NameType.SimpleName, forIssuer: true));
        Assert.True(BuildsTo(root, Parse(issued)));
    }

    [Fact]
    public async Task TakesTheDefaultChainWhenThePreferredIssuerHasNone()
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { AlternateRoots = 1 });

        var issued = await ca.Order.ObtainAsync(Request("a.example.org") with { PreferredIssuer = "Nobody" }, Cancel);

        Assert.True(BuildsTo(await ca.Pebble.GetIssuingRootAsync(0, Cancel), Parse(issued)));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task ProvesNothingTwice(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version, AuthorizationReuse = 100 });
        await ca.Order.ObtainAsync(Request("a.example.org"), Cancel);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await ca.Order.ObtainAsync(new OrderRequest([AcmeIdentifier.Dns("a.example.org")], another), Cancel);

        Assert.Equal(["a.example.org"], ca.Responder.Presented);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task CarriesOnWithAnOrder(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        var pending = await ca.Client.CreateOrderAsync([AcmeIdentifier.Dns("a.example.org")], null, Cancel);
        var request = Request("a.example.org") with { ExistingOrder = pending.Url };

        var fromPending = await ca.Order.ObtainAsync(request, Cancel);
        var fromValid = await ca.Order.ObtainAsync(request, Cancel);

        Assert.Equal(pending.Url, fromPending.OrderUrl);
        Assert.Equal(fromPending.CertificateUrl, fromValid.CertificateUrl);
        Assert.Equal(fromPending.Pem.ToArray(), fromValid.Pem.ToArray());
        Assert.Single(ca.Responder.Presented);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task StartsAgainWhenTheOldOrderIsOfNoUse(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version });
        var otherNames = await ca.Client.CreateOrderAsync([AcmeIdentifier.Dns("b.example.org")], null, Cancel);
        var unknown = new Uri(otherNames.Url, "unknown");

        var first = await ca.Order.ObtainAsync(Request("a.example.org") with { ExistingOrder = otherNames.Url }, Cancel);
        var second = await ca.Order.ObtainAsync(Request("a.example.org") with { ExistingOrder = unknown }, Cancel);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var otherKey = new OrderRequest([AcmeIdentifier.Dns("a.example.org")], another) { ExistingOrder = first.OrderUrl };
        var third = await ca.Order.ObtainAsync(otherKey, Cancel);

        Assert.Distinct([otherNames.Url, first.OrderUrl, second.OrderUrl, third.OrderUrl]);
    }

    [Fact]
    public async Task StartsAgainWhenTheOldOrderIsAnotherAccounts()
    {
        await using var ca = await Ca.StartWithAccountAsync();
        using var otherKey = AcmeAccountKey.Generate();
        var other = new AcmeClient(ca.Network, ca.Pebble.DirectoryUrl, otherKey, TimeProvider.System);
        await other.CreateAccountAsync(new AccountRequest([], true), Cancel);
        var foreign = await other.CreateOrderAsync([AcmeIdentifier.Dns("a.example.org")], null, Cancel);

        var issued = await ca.Order.ObtainAsync(Request("a.example.org") with { ExistingOrder = foreign.Url }, Cancel);

        Assert.NotEqual(foreign.Url, issued.OrderUrl);
    }

    [Fact]
    public async Task OrdersTheProfileAskedFor()
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions
        {
            Profiles = new Dictionary<string, int> { ["classic"] = 90 * 86400, ["shortlived"] = 6 * 86400 },
        });

        var issued = await ca.Order.ObtainAsync(Request("a.example.org") with { Profile = "shortlived" }, Cancel);

        var leaf = Parse(issued)[0];
        Assert.InRange((leaf.NotAfter - leaf.NotBefore).TotalDays, 5.9, 6.1);
    }

    [Fact]
    public async Task SaysWhichProfilesThereAre()
    {
        var profiles = new Dictionary<string, int> { ["classic"] = 90 * 86400 };
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Profiles = profiles });

        var failure = await Assert.ThrowsAsync<AcmeException>(
            () => ca.Order.ObtainAsync(Request("a.example.org") with { Profile = "fancy" }, Cancel));

        Assert.Equal($"The CA at {ca.Pebble.DirectoryUrl} does not offer the profile \"fancy\": it has classic.", failure.Message);
        Assert.True(failure.IsPermanent);
    }

    [Fact]
    public async Task SaysSoWhenTheCaHasNoProfiles()
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = PebbleVersion.Debian, ChainLength = 1 });

        var failure = await Assert.ThrowsAsync<AcmeException>(
            () => ca.Order.ObtainAsync(Request("a.example.org") with { Profile = "fancy" }, Cancel));

        Assert.EndsWith("does not offer the profile \"fancy\": it has no profiles.", failure.Message);
    }

    [Fact]
    public async Task SaysWhichNameTheCaDoesNotIssueFor()
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { BlockedNames = ["blocked.example"] });

        var failure = await Assert.ThrowsAsync<AcmeException>(() => ca.Order.ObtainAsync(Request("blocked.example"), Cancel));

        Assert.Contains("blocked.example", failure.Message);
        Assert.Equal(AcmeErrorType.RejectedIdentifier, failure.Problem?.Type);
        Assert.True(failure.IsPermanent);
    }

    private OrderRequest Request(params string[] names) => new([.. names.Select(AcmeIdentifier.Parse)], _key);

    private static X509Certificate2Collection Parse(IssuedCertificate issued)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(Encoding.ASCII.GetString(issued.Pem.Span));
        return chain;
    }

    private static bool BuildsTo(X509Certificate2 root, X509Certificate2Collection certificates)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.AddRange(certificates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificates[0]);
    }
}
