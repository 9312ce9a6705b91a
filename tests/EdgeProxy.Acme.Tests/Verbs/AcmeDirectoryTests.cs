
namespace EdgeProxy.Acme.Tests.Verbs;

public sealed class AcmeDirectoryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PebbleVersion.Debian)]
    [InlineData(PebbleVersion.Current)]
    public async Task HasWhatTheCaOffers(PebbleVersion version)
    {
        await using var ca = await Ca.StartAsync(version);

        var directory = await ca.Client.GetDirectoryAsync(Cancel);

        Assert.All([directory.NewNonce, directory.NewAccount, directory.NewOrder, directory.RevokeCert, directory.KeyChange],
            url => Assert.Equal("https", url?.Scheme));
        Assert.NotNull(directory.Meta?.TermsOfService);
        Assert.False(directory.Meta.ExternalAccountRequired);
    }

    [Fact]
    public async Task NeedsNoMoreThanThreeUrlsAndTakesRelativeOnes()
    {
        using var ca = new FakeCa();
        ca.On("/dir", Answer.Json("""
            {"newNonce": "nonce", "newAccount": "/account", "newOrder": "https://ca.test/order", "meta": null}
            """));

        var directory = await ca.Client().GetDirectoryAsync(Cancel);

        Assert.Equal("https://ca.test/nonce", directory.NewNonce.AbsoluteUri);
        Assert.Equal("https://ca.test/account", directory.NewAccount.AbsoluteUri);
        Assert.Null(directory.RevokeCert);
    }

    [Fact]
    public async Task NamesTheUrlThatIsMissing()
    {
        using var ca = new FakeCa();
        ca.On("/dir", Answer.Json("""{"newNonce": "/nonce", "newAccount": "/account"}"""));

        var failure = await Assert.ThrowsAsync<AcmeException>(() => ca.Client().GetDirectoryAsync(Cancel));

        Assert.StartsWith("https://ca.test/dir answered with application/json that is not the JSON expected there: ", failure.Message);
        Assert.Contains("newOrder", failure.Message);
    }
}
