using System.Security.Cryptography;
using System.Text;

namespace EdgeProxy.Acme.Tests.Flow;

/// <summary>What a real CA cannot be brought to do while an order is on its way.</summary>
public sealed class CertificateOrderFaultTests : IDisposable
{
    private static readonly string[] Names = ["a.test"];

    private readonly FakeCa _ca = new();
    private readonly SkippingTime _time = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RecordingSolver _solver = new();
    private readonly List<Uri> _created = [];

    public CertificateOrderFaultTests()
    {
        _ca.On("/new-order", Answer.Created(Order("ready"), FakeCa.OrderUrl));
        _ca.On("/finalize", Answer.Json(Order("valid", Certificate)));
        _ca.On("/certificate", Answer.Pem(FakeCa.Issue(_key, Names)));
    }

    private const string Certificate = "\"certificate\": \"https://ca.test/certificate\"";

    public void Dispose()
    {
        _ca.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task FinalizesAnOrderThatIsReadyAtOnce()
    {
        var issued = await ObtainAsync();

        Assert.Equal(FakeCa.OrderUrl, issued.OrderUrl);
        Assert.Equal("https://ca.test/certificate", issued.CertificateUrl.AbsoluteUri);
        Assert.Equal([FakeCa.OrderUrl], _created);
        Assert.Empty(_solver.Calls);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task ResolvesRelativeUrls()
    {
        var order = Order("ready").Replace("https://ca.test", "", StringComparison.Ordinal);
        _ca.On("/new-order", Answer.Created(order, new Uri("/order/1", UriKind.Relative)));

        var issued = await ObtainAsync();

        Assert.Equal(FakeCa.OrderUrl, issued.OrderUrl);
    }

    [Fact]
    public async Task AcceptsAnOrderAnsweredWith200()
    {
        _ca.On("/new-order", Answer.Json(Order("ready"), ("Location", "https://ca.test/order/1")));

        Assert.Equal(FakeCa.OrderUrl, (await ObtainAsync()).OrderUrl);
    }

    [Fact]
    public async Task SaysSoWhenAnOrderHasNoUrl()
    {
        _ca.On("/new-order", Answer.Created(Order("ready"), null));

        Assert.Equal("https://ca.test/new-order answered without the order's URL (a Location header).", (await FailsAsync()).Message);
    }

    [Fact]
    public async Task WaitsForACaThatFinalizesInTheBackgroundAsLongAsItAsks()
    {
        _ca.On("/finalize", Answer.Json(Order("processing"), ("Retry-After", "7")));
        _ca.On("/order/1",
            Answer.Json(Order("processing"), ("Retry-After", "Fri, 17 May 2030 12:00:20 GMT")),
            Answer.Json(Order("processing")),
            Answer.Json(Order("valid", Certificate)));

        await ObtainAsync();

        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(13)], _time.Waits[..2]);
        // The CA asked for no delay the last time, so the schedule's own applies.
        Assert.InRange(_time.Waits[2], TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        Assert.Equal(1, _ca.Count("/finalize"));
    }

    [Fact]
    public async Task WaitsForTheUrlOfACertificateThatIsSaidToBeThere()
    {
        _ca.On("/finalize", Answer.Json(Order("valid")));
        _ca.On("/order/1", Answer.Json(Order("valid")), Answer.Json(Order("valid", Certificate)));

        await ObtainAsync();

        Assert.Equal(2, _ca.Count("/order/1"));
    }

    [Fact]
    public async Task LooksAgainWhenTheOrderIsNotReadyAfterAll()
    {
        _ca.On("/finalize", Answer.Problem(403, "orderNotReady", "wait"), Answer.Json(Order("valid", Certificate)));
        _ca.On("/order/1", Answer.Json(Order("pending")), Answer.Json(Order("ready")));

        await ObtainAsync();

        Assert.Equal(2, _ca.Count("/order/1"));
        Assert.Equal(2, _ca.Count("/finalize"));
        Assert.Equal(2, _time.Waits.Count);
    }

    [Fact]
    public async Task StopsWaitingWhenPatienceEnds()
    {
        _ca.On("/finalize", Answer.Json(Order("processing"), ("Retry-After", "60")));
        _ca.On("/order/1", Answer.Json(Order("processing"), ("Retry-After", "60")));

        var failure = await FailsAsync();

        Assert.Equal("https://ca.test/order/1 is still processing after 300 seconds, and the next look is due in 60 seconds; "
            + "300 in all are allowed.", failure.Message);
        Assert.Equal(TimeSpan.FromMinutes(1), failure.RetryAfter);
        Assert.Equal(5, _time.Waits.Count);
        Assert.False(failure.IsPermanent);
    }

    [Fact]
    public async Task StopsAtOnceWhenTheCaAsksForMorePatienceThanThereIs()
    {
        _ca.On("/finalize", Answer.Json(Order("processing"), ("Retry-After", "86400")));

        Assert.Equal(TimeSpan.FromDays(1), (await FailsAsync()).RetryAfter);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task DoesNotWaitForEverForAnOrderThatIsNeverReady()
    {
        _ca.On("/finalize", Answer.Problem(403, "orderNotReady", "wait"));
        _ca.On("/order/1", Answer.Json(Order("ready")));

        Assert.Contains("is still ready after", (await FailsAsync()).Message);
    }

    [Fact]
    public async Task SaysWhyTheCaGaveUp()
    {
        _ca.On("/finalize", Answer.Json(Order("invalid", """
            "error": {"type": "urn:ietf:params:acme:error:caa", "detail": "CAA record forbids issuance"}
            """)));

        var failure = await FailsAsync();

        Assert.Equal("The CA gave up the order https://ca.test/order/1: CAA record forbids issuance (caa).", failure.Message);
        Assert.Equal("CAA record forbids issuance", failure.Problem?.Detail);
    }

    [Fact]
    public async Task SaysWhichNamesTheCaRejects()
    {
        _ca.On("/new-order", Answer.Text(403, "application/problem+json", """
            {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "Some names were rejected", "subproblems": [
              {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "forbidden",
               "identifier": {"type": "dns", "value": "a.test"}}]}
            """));

        var failure = await FailsAsync();

        Assert.Equal("https://ca.test/new-order refused the request: Some names were rejected (rejectedIdentifier); "
            + "a.test: forbidden (rejectedIdentifier).", failure.Message);
        Assert.True(failure.IsPermanent);
        Assert.Equal("a.test", failure.Problem?.Subproblems[0].Identifier?.Value);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/octet-stream")]
    public async Task RejectsACertificateOfAnotherMediaType(string mediaType)
    {
        _ca.On("/certificate", Answer.Text(200, mediaType, FakeCa.Issue(_key, Names)));

        Assert.Equal($"https://ca.test/certificate answered with {mediaType} instead of application/pem-certificate-chain.",
            (await FailsAsync()).Message);
    }

    [Fact]
    public async Task RejectsACertificateForAnotherKey()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _ca.On("/certificate", Answer.Pem(FakeCa.Issue(other, Names)));

        Assert.Equal("The CA issued a certificate that cannot be used: it is for another key (https://ca.test/certificate).",
            (await FailsAsync()).Message);
    }

    [Fact]
    public async Task KeepsTheDefaultChainWhenAnAlternateCannotBeHad()
    {
        _ca.On("/certificate", Answer.Pem(FakeCa.Issue(_key, Names), ("Link", "<https://ca.test/broken>;rel=\"alternate\"")));

        var issued = await ObtainAsync(request => request with { PreferredIssuer = "Another root" });

        Assert.Equal("https://ca.test/certificate", issued.CertificateUrl.AbsoluteUri);
        Assert.Equal(1, _ca.Count("/broken"));
    }

    [Fact]
    public async Task TakesTheAlternateChainOfThePreferredIssuer()
    {
        var alternate = FakeCa.Issue(_key, Names, issuer: "Another root");
        _ca.On("/certificate", Answer.Pem(FakeCa.Issue(_key, Names), ("Link", "</1>;rel=\"alternate\", </2>;rel=\"alternate\"")));
        _ca.On("/1", Answer.Pem(FakeCa.Issue(_key, Names, issuer: "Third root")));
        _ca.On("/2", Answer.Pem(alternate));

        var issued = await ObtainAsync(request => request with { PreferredIssuer = "Another root" });

        Assert.Equal(alternate, Encoding.ASCII.GetString(issued.Pem.Span));
        Assert.Equal("https://ca.test/2", issued.CertificateUrl.AbsoluteUri);
    }

    [Theory]
    [InlineData("ready")]
    [InlineData("processing")]
    [InlineData("valid")]
    public async Task CarriesOnWithAnOrderWhereverItStands(string status)
    {
        _ca.On("/order/1", Answer.Json(Order(status, status == "valid" ? Certificate : null)), Answer.Json(Order("valid", Certificate)));

        await ResumeAsync();

        Assert.Equal(0, _ca.Count("/new-order"));
        Assert.Equal(status == "ready" ? 1 : 0, _ca.Count("/finalize"));
        Assert.Empty(_created);
    }

    [Theory]
    [InlineData("\"status\": \"invalid\"")]
    [InlineData("\"status\": \"ready\", \"expires\": \"2030-05-17T12:00:00Z\"")]
    [InlineData("\"status\": \"ready\", \"identifiers\": [{\"type\": \"dns\", \"value\": \"b.test\"}]")]
    [InlineData("\"status\": \"ready\", \"identifiers\": [{\"type\": \"dns\", \"value\": \"a.test\"}, "
        + "{\"type\": \"dns\", \"value\": \"b.test\"}]")]
    public async Task StartsAgainWhenTheOldOrderLeadsNowhere(string members)
    {
        // Of a member that is given twice the last one counts.
        _ca.On("/order/0", Answer.Json(Order("ready")[..^1] + ", " + members + "}"));

        await ResumeAsync("/order/0");

        Assert.Equal(1, _ca.Count("/new-order"));
        Assert.Equal([FakeCa.OrderUrl], _created);
    }

    [Theory]
    [InlineData(404, "malformed")]
    [InlineData(403, "unauthorized")]
    public async Task StartsAgainWhenTheCaDoesNotKnowTheOldOrder(int status, string type)
    {
        _ca.On("/order/0", Answer.Problem(status, type, "no"));

        await ResumeAsync("/order/0");

        Assert.Equal(1, _ca.Count("/new-order"));
    }

    [Fact]
    public async Task StartsAgainWhenTheOldCertificateIsForAKeyThatIsLost()
    {
        using var lost = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _ca.On("/order/0", Answer.Json(Order("valid", "\"certificate\": \"https://ca.test/old\"")));
        _ca.On("/old", Answer.Pem(FakeCa.Issue(lost, Names)));

        var issued = await ResumeAsync("/order/0");

        Assert.Equal("https://ca.test/certificate", issued.CertificateUrl.AbsoluteUri);
        Assert.Equal([FakeCa.OrderUrl], _created);
    }

    [Theory]
    [InlineData(429, "rateLimited")]
    [InlineData(403, "rateLimited")]
    [InlineData(500, "serverInternal")]
    public async Task KeepsTheOldOrderWhenTheCaIsOnlyBusy(int status, string type)
    {
        _ca.On("/order/0", Answer.Problem(status, type, "later", ("Retry-After", "60")));

        var failure = await Assert.ThrowsAsync<AcmeException>(() => ResumeAsync("/order/0"));

        Assert.Equal(TimeSpan.FromMinutes(1), failure.RetryAfter);
        Assert.Equal(0, _ca.Count("/new-order"));
    }

    [Fact]
    public async Task SaysSoWhenTheAccountIsGone()
    {
        _ca.On("/order/0", Answer.Problem(400, "accountDoesNotExist", "who?"));
        _ca.On("/new-order", Answer.Problem(400, "accountDoesNotExist", "who?"));

        var failure = await Assert.ThrowsAsync<AcmeException>(() => ResumeAsync("/order/0"));

        Assert.True(failure.IsAccountMissing);
    }

    private static string Order(string status, string? more = null) => $$"""
        {"status": "{{status}}", "identifiers": [{"type": "dns", "value": "a.test"}], "authorizations": ["https://ca.test/authz"],
         "finalize": "https://ca.test/finalize"{{(more is null ? "" : ", " + more)}}}
        """;

    private Task<IssuedCertificate> ResumeAsync(string path = "/order/1") =>
        ObtainAsync(request => request with { ExistingOrder = new Uri(FakeCa.DirectoryUrl, path) });

    private Task<AcmeException> FailsAsync() => Assert.ThrowsAsync<AcmeException>(() => ObtainAsync());

    private Task<IssuedCertificate> ObtainAsync(Func<OrderRequest, OrderRequest>? change = null)
    {
        var request = new OrderRequest([AcmeIdentifier.Dns("a.test")], _key)
        {
            OrderCreated = (url, _) =>
            {
                _created.Add(url);
                return ValueTask.CompletedTask;
            },
        };
        return new CertificateOrder(_ca.Client(_time), _solver, _time, new Random(1))
            .ObtainAsync(change?.Invoke(request) ?? request, TestContext.Current.CancellationToken);
    }
}
