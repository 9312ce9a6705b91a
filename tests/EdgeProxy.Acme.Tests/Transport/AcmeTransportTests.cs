using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Acme.Tests.Transport;

/// <summary>The transport, seen through a client.</summary>
public sealed class AcmeTransportTests : IDisposable
{
    private const string Order = """
        {"status": "pending", "identifiers": [{"type": "dns", "value": "a.test"}], "authorizations": [], "finalize": "https://ca.test/f"}
        """;

    private readonly FakeCa _ca = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _ca.Dispose();

    [Fact]
    public async Task IntroducesItselfAndSendsTheMediaTypeOfTheRfc()
    {
        _ca.On("/order/1", Answer.Json(Order));

        await _ca.Client().GetOrderAsync(FakeCa.OrderUrl, Cancel);

        Assert.All(_ca.Requests, request => Assert.StartsWith("EdgeProxy.Acme/", request.UserAgent));
        var post = _ca.Last("/order/1");
        Assert.Equal("application/jose+json", post.ContentType);
        Assert.Equal("", post.Payload);
        Assert.Equal("https://ca.test/order/1", post.Header.GetProperty("url").GetString());
        Assert.Equal("https://ca.test/account/1", post.Header.GetProperty("kid").GetString());
    }

    [Fact]
    public async Task TakesTheNextNonceFromTheLastAnswer()
    {
        _ca.On("/order/1", Answer.Json(Order));
        var client = _ca.Client();

        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);
        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);

        Assert.Equal(1, _ca.Count("/nonce"));
        Assert.Equal(["nonce-2", "nonce-3"], _ca.Requests.Where(request => request.Path == "/order/1").Select(request => request.Nonce));
    }

    [Theory]
    [InlineData("X-No-Nonce", "")]
    [InlineData("Replay-Nonce", "not base64url!")]
    public async Task FetchesANonceWhereTheLastAnswerGaveNoUsableOne(string header, string value)
    {
        _ca.On("/order/1", Answer.Json(Order, (header, value)));
        var client = _ca.Client();

        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);
        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);

        Assert.Equal(2, _ca.Count("/nonce"));
    }

    [Fact]
    public async Task SendsAgainWithTheNonceThatCameWithBadNonce()
    {
        _ca.On("/order/1", Answer.Problem(400, "badNonce", "no"), Answer.Json(Order));

        await _ca.Client().GetOrderAsync(FakeCa.OrderUrl, Cancel);

        Assert.Equal(1, _ca.Count("/nonce"));
        Assert.Equal("nonce-3", _ca.Last("/order/1").Nonce);
    }

    [Fact]
    public async Task GivesUpWhenEveryNonceIsBad()
    {
        _ca.On("/order/1", Answer.Problem(400, "badNonce", "never"));

        var failure = await FailsAsync();

        Assert.Equal(AcmeErrorType.BadNonce, failure.Problem?.Type);
        Assert.False(failure.IsPermanent);
        Assert.Equal(21, _ca.Count("/order/1"));
    }

    [Fact]
    public async Task SaysSoWhenTheNonceUrlGivesNone()
    {
        _ca.On("/nonce", Answer.Empty((Answer.NoNonce, "")));

        Assert.Equal("https://ca.test/nonce answered without a usable Replay-Nonce header.", (await FailsAsync()).Message);
    }

    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("Fri, 17 May 2030 12:10:00 GMT", 600)]
    public async Task SurfacesARateLimitWithTheDelayAskedFor(string header, int seconds)
    {
        _ca.On("/order/1", Answer.Problem(429, "rateLimited", "too many certificates", ("Retry-After", header)));

        var failure = await FailsAsync();

        Assert.Equal(TimeSpan.FromSeconds(seconds), failure.RetryAfter);
        Assert.Equal(HttpStatusCode.TooManyRequests, failure.StatusCode);
        Assert.False(failure.IsPermanent);
        Assert.Equal("https://ca.test/order/1 refused the request: too many certificates (rateLimited). "
            + $"It asks to wait {seconds} seconds.", failure.Message);
        Assert.Equal(1, _ca.Count("/order/1"));
    }

    [Theory]
    [InlineData(429, "rateLimited", true, false)]
    [InlineData(403, "rateLimited", true, false)]
    [InlineData(429, "malformed", true, false)]
    [InlineData(503, "rateLimited", true, true)]
    [InlineData(503, "serverInternal", false, true)]
    [InlineData(500, "serverInternal", false, false)]
    [InlineData(403, "unauthorized", false, false)]
    public async Task KnowsWhetherTheCaHasHadTooManyRequestsOrServesNobody(int status, string type, bool limited, bool unavailable)
    {
        _ca.On("/order/1", Answer.Problem(status, type, "later"));

        var failure = await FailsAsync();

        Assert.Equal(limited, failure.IsRateLimited);
        Assert.Equal(unavailable, failure.IsServiceUnavailable);
        Assert.False(failure.IsUnreachable);
    }

    [Theory]
    [InlineData(429, true, false)]
    [InlineData(503, false, true)]
    [InlineData(502, false, false)]
    public async Task KnowsItWithoutAProblemDocumentToo(int status, bool limited, bool unavailable)
    {
        _ca.On("/order/1", Answer.Text(status, "text/html", "<html>"));

        var failure = await FailsAsync();

        Assert.Equal(limited, failure.IsRateLimited);
        Assert.Equal(unavailable, failure.IsServiceUnavailable);
        Assert.False(failure.IsUnreachable);
    }

    [Theory]
    [InlineData("rejectedIdentifier", true)]
    [InlineData("badCSR", true)]
    [InlineData("userActionRequired", true)]
    [InlineData("accountDoesNotExist", true)]
    [InlineData("rateLimited", false)]
    [InlineData("serverInternal", false)]
    [InlineData("connection", false)]
    public async Task KnowsWhetherTryingAgainIsPointless(string type, bool permanent)
    {
        _ca.On("/order/1", Answer.Problem(403, type, "no"));

        var failure = await FailsAsync();

        Assert.Equal(permanent, failure.IsPermanent);
        Assert.Equal(type == "accountDoesNotExist", failure.IsAccountMissing);
    }

    [Theory]
    [InlineData("text/html", "<html>Please log in</html>")]
    [InlineData("application/json", "")]
    [InlineData("application/json", "null")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", """{"status": "pending", "identi""")]
    [InlineData("application/json", """{"status": 5}""")]
    [InlineData("application/json", """{"status": "pending"}""")]
    [InlineData("application/json", """{"status":"pending","identifiers":"a.test","authorizations":[],"finalize":"https://ca.test/f"}""")]
    [InlineData("application/json", """{"status":"pending","identifiers":[{}],"authorizations":[],"finalize":"https://ca.test/f"}""")]
    [InlineData("application/json", """{"status":"pending","identifiers":[],"authorizations":[null],"finalize":"https://ca.test/f"}""")]
    [InlineData("application/json", """{"status":"pending","identifiers":[],"authorizations":[],"finalize":null}""")]
    [InlineData("application/json", """{"status":"pending","identifiers":[],"authorizations":[],"finalize":"http://"}""")]
    public async Task SaysWhichUrlAnsweredNonsense(string mediaType, string body)
    {
        _ca.On("/order/1", Answer.Text(200, mediaType, body));

        var failure = await FailsAsync();

        Assert.StartsWith("https://ca.test/order/1 answered with ", failure.Message);
        Assert.False(failure.IsPermanent);
    }

    [Fact]
    public async Task NamesTheStatusOfAnAnswerThatIsNotTheCas()
    {
        _ca.On("/order/1", Answer.Text(502, "text/html", "<html>Bad gateway</html>"));

        var failure = await FailsAsync();

        Assert.Equal("https://ca.test/order/1 answered 502 BadGateway without a problem document that can be read (media type: text/html).",
            failure.Message);
    }

    [Fact]
    public async Task DoesNotFollowARedirectButShowsIt()
    {
        _ca.On("/dir", Answer.Text(301, null, "", ("Location", "/directory")));

        var failure = await FailsAsync();

        Assert.Equal("https://ca.test/dir answered 301 MovedPermanently and points to https://ca.test/directory; "
            + "redirects are not followed, so use the final URL.", failure.Message);
    }

    [Fact]
    public async Task StopsReadingABodyThatIsTooLarge()
    {
        _ca.On("/order/1", Answer.Json(new string(' ', 2_000_000)));

        Assert.Equal("https://ca.test/order/1 answered with more than 1024 KiB.", (await FailsAsync()).Message);
    }

    [Fact]
    public async Task RefusesUrlsThatAreNotHttps()
    {
        _ca.On("/order/1", Answer.Json(Order.Replace("https://ca.test/f", "http://ca.test/f", StringComparison.Ordinal)));
        var client = _ca.Client();
        var order = await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);

        var failure = await Assert.ThrowsAsync<AcmeException>(() => client.FinalizeOrderAsync(order, new byte[1], Cancel));

        Assert.Equal("http://ca.test/f is not an https URL, which ACME demands.", failure.Message);
        Assert.Equal(0, _ca.Count("/f"));
    }

    [Fact]
    public async Task ReadsTheDirectoryOnceAnHour()
    {
        _ca.On("/order/1", Answer.Json(Order));
        var time = new FakeTimeProvider();
        var client = _ca.Client(time);

        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);
        time.Advance(TimeSpan.FromMinutes(59));
        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);
        Assert.Equal(1, _ca.Count("/dir"));
        time.Advance(TimeSpan.FromMinutes(2));
        await client.GetOrderAsync(FakeCa.OrderUrl, Cancel);

        Assert.Equal(2, _ca.Count("/dir"));
    }

    [Theory]
    [InlineData(-30, 2, 2)]
    [InlineData(30, 0, 1)]
    public async Task CountsTheHourOfTheDirectoryWhateverTheWallClockIsSetTo(int days, int hours, int reads)
    {
        var time = new TimeWithSetClock();
        var client = _ca.Client(time);

        await client.GetDirectoryAsync(Cancel);
        time.SetBy = TimeSpan.FromDays(days);
        time.Advance(TimeSpan.FromHours(hours));
        await client.GetDirectoryAsync(Cancel);

        Assert.Equal(reads, _ca.Count("/dir"));
    }

    [Fact]
    public async Task LetsACancellationBeACancellation()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        using var network = AcmeNetwork.Create();
        var client = new AcmeClient(network, FakeCa.DirectoryUrl, AcmeAccountKey.Generate(), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetDirectoryAsync(cancelled.Token));
    }

    private Task<AcmeException> FailsAsync() =>
        Assert.ThrowsAsync<AcmeException>(() => _ca.Client(new SkippingTime()).GetOrderAsync(FakeCa.OrderUrl, Cancel));

    /// <summary>Somebody sets the wall clock; timestamps go on as before.</summary>
    private sealed class TimeWithSetClock : FakeTimeProvider
    {
        public TimeSpan SetBy { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetBy;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }
}
