using System.Security.Cryptography;

namespace EdgeProxy.Acme.Tests.Verbs;

public sealed class AcmeClientAccountsTests
{
    private static readonly AccountRequest Request = new(["mailto:ops@example.org"], TermsOfServiceAgreed: true);

    public static TheoryData<PebbleVersion> Versions => [PebbleVersion.Debian, PebbleVersion.Current];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task RegistersAndFindsAndChangesAndGivesUpAnAccount(PebbleVersion version)
    {
        await using var ca = await Ca.StartAsync(version);
        Assert.Null(await ca.Client.FindAccountAsync(Cancel));

        var created = await ca.Client.CreateAccountAsync(Request, Cancel);
        var again = await ca.Client.CreateAccountAsync(Request, Cancel);
        var found = await ca.Client.FindAccountAsync(Cancel);
        var updated = await ca.Client.UpdateAccountAsync(["mailto:a@example.org", "mailto:b@example.org"], Cancel);

        Assert.Equal(AcmeStatus.Valid, created.Status);
        Assert.Equal(["mailto:ops@example.org"], created.Contact);
        Assert.Equal(created.Url, ca.Client.AccountUrl);
        Assert.Equal(created.Url, again.Url);
        Assert.Equal(created.Url, found?.Url);
        Assert.Equal(["mailto:a@example.org", "mailto:b@example.org"], updated.Contact);
        Assert.Equal(AcmeStatus.Deactivated, (await ca.Client.DeactivateAccountAsync(Cancel)).Status);
        await Assert.ThrowsAsync<AcmeException>(() => ca.Client.CreateOrderAsync([AcmeIdentifier.Dns("a.example.org")], null, Cancel));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task KnowsAStoredAccount(PebbleVersion version)
    {
        await using var ca = await Ca.StartAsync(version);
        var account = await ca.Client.CreateAccountAsync(Request, Cancel);
        using var key = AcmeAccountKey.FromPem(ca.Key.ToPem());

        var client = new AcmeClient(ca.Network, ca.Pebble.DirectoryUrl, key, TimeProvider.System) { AccountUrl = account.Url };

        Assert.Equal(AcmeStatus.Valid, (await client.GetAccountAsync(Cancel)).Status);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task TellsWhenTheCaHasForgottenTheAccount(PebbleVersion version)
    {
        await using var ca = await Ca.StartAsync(version);
        var known = await ca.Client.CreateAccountAsync(Request, Cancel);
        var url = new Uri(known.Url, "0");
        var client = new AcmeClient(ca.Network, ca.Pebble.DirectoryUrl, ca.Key, TimeProvider.System) { AccountUrl = url };

        var failure = await Assert.ThrowsAsync<AcmeException>(
            () => client.CreateOrderAsync([AcmeIdentifier.Dns("a.example.org")], null, Cancel));

        Assert.True(failure.IsAccountMissing, failure.Message);
        Assert.Equal(known.Url, (await client.CreateAccountAsync(Request, Cancel)).Url);
        await client.CreateOrderAsync([AcmeIdentifier.Dns("a.example.org")], null, Cancel);
    }

    [Fact]
    public async Task ShowsTheCasWordsWhenTheTermsAreNotAgreedTo()
    {
        await using var ca = await Ca.StartAsync(PebbleVersion.Current);

        var failure = await Assert.ThrowsAsync<AcmeException>(
            () => ca.Client.CreateAccountAsync(Request with { TermsOfServiceAgreed = false }, Cancel));

        Assert.Contains("did not agree to the terms of service", failure.Message);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task BindsTheAccountToAnExternalOne(PebbleVersion version)
    {
        const string HmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
        await using var ca = await Ca.StartAsync(new PebbleOptions
        {
            Version = version,
            ExternalAccountKeys = new Dictionary<string, string> { ["kid-1"] = HmacKey },
        });
        var wrong = ExternalAccountBinding.FromBase64Url("kid-1", HmacKey.Replace('z', 'y'));

        var without = await Assert.ThrowsAsync<AcmeException>(() => ca.Client.CreateAccountAsync(Request, Cancel));
        var refused = await Assert.ThrowsAsync<AcmeException>(
            () => ca.Client.CreateAccountAsync(Request with { ExternalAccountBinding = wrong }, Cancel));
        var bound = await ca.Client.CreateAccountAsync(
            Request with { ExternalAccountBinding = ExternalAccountBinding.FromBase64Url("kid-1", HmacKey) }, Cancel);

        Assert.Equal($"The CA at {ca.Pebble.DirectoryUrl} needs an external account: its key id and HMAC key.", without.Message);
        Assert.True(without.IsPermanent);
        Assert.DoesNotContain(HmacKey[1..20], refused.ToString());
        Assert.Equal(AcmeStatus.Valid, bound.Status);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task UsesTheKeysOfOtherClients(PebbleVersion version)
    {
        await using var ca = await Ca.StartAsync(version);
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        AsymmetricAlgorithm[] imported = [rsa, p384];
        foreach (var each in imported)
        {
            using var key = AcmeAccountKey.FromPem(each.ExportPkcs8PrivateKeyPem());
            var client = new AcmeClient(ca.Network, ca.Pebble.DirectoryUrl, key, TimeProvider.System);

            await client.CreateAccountAsync(Request, Cancel);

            Assert.Equal(AcmeStatus.Pending, (await client.CreateOrderAsync([AcmeIdentifier.Dns("a.example.org")], null, Cancel)).Status);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task ChangesTheKeyOfAnAccount(PebbleVersion version)
    {
        await using var ca = await Ca.StartWithAccountAsync(new PebbleOptions { Version = version, ChainLength = 1 });
        using var newKey = AcmeAccountKey.Generate();

        await ca.Client.ChangeKeyAsync(newKey, Cancel);

        var client = new AcmeClient(ca.Network, ca.Pebble.DirectoryUrl, newKey, TimeProvider.System);
        Assert.Equal(ca.Client.AccountUrl, (await client.FindAccountAsync(Cancel))?.Url);
        await Assert.ThrowsAsync<AcmeException>(() => ca.Client.GetAccountAsync(Cancel));
    }

    [Fact]
    public async Task KeepsTheStoredUrlWhenTheCaDoesNotRepeatIt()
    {
        using var ca = new FakeCa();
        ca.On("/new-account", Answer.Json("""{"status": "valid"}"""));

        Assert.Equal(FakeCa.AccountUrl, (await ca.Client().FindAccountAsync(Cancel))?.Url);
    }

    [Fact]
    public async Task SaysSoWhenAnAccountHasNoUrl()
    {
        using var ca = new FakeCa();
        ca.On("/new-account", Answer.Created("""{"status": "valid"}""", null));
        using var key = AcmeAccountKey.Generate();
        var client = new AcmeClient(new HttpMessageInvoker(ca), FakeCa.DirectoryUrl, key, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<AcmeException>(() => client.CreateAccountAsync(Request, Cancel));

        Assert.Equal("https://ca.test/new-account answered without the account's URL (a Location header).", failure.Message);
    }

    [Fact]
    public async Task NeedsAnAccountForAnythingElse()
    {
        using var ca = new FakeCa();
        using var key = AcmeAccountKey.Generate();
        var client = new AcmeClient(new HttpMessageInvoker(ca), FakeCa.DirectoryUrl, key, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetOrderAsync(FakeCa.OrderUrl, Cancel));
    }
}
