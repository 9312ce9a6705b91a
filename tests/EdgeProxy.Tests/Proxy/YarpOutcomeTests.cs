using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Proxy;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeProxy.Tests.Proxy;

public sealed class YarpOutcomeTests
{
    public static TheoryData<string> Nonsense =>
    [
        "", "HTTP/1.1 200 OK\r\nX-Half: ", "HTTP/1.1 200 OK\r\n", "garbage\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0\0", "hello from 1991\n",
        "HTTP/1.1 2OO OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nNo colon\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX: \u0001\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: " + new string('x', 100_000) + "\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task AnswersNonsenseWith502(string answer)
    {
        await using var upstream = RawServer.Answering(answer);
        await ExpectAsync(502, upstream.Address);
    }

    [Fact]
    public async Task AnswersAResetWith502()
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Reset();
        });
        await ExpectAsync(502, upstream.Address);
    }

    [Fact]
    public async Task AnswersARefusalWith502AndSaysSoInOneSentence()
    {
        var nobody = RawServer.Refusing();
        await using var edge = await TestEdge.StartAsync(nobody);
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(
            $"site.test: upstream {nobody.AbsoluteUri.TrimEnd('/')} refused the connection (502)", Assert.Single(edge.Log.Warnings));
        Assert.All(edge.Log.Lines, entry => Assert.Null(entry.Exception));
    }

    [Fact]
    public async Task AnswersANameThatNobodyKnowsWith502()
    {
        await using var edge = await TestEdge.StartAsync(new Uri("http://nobody.invalid:81"));
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.BadGateway, (await client.GetAsync("x", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Contains("has a name that cannot be resolved", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswersSilenceWith504()
    {
        await using var upstream = RawServer.Start(connection => connection.ReadUntilAsync("never"));
        await ExpectAsync(504, TestEdge.Target(upstream.Address) with { Timeout = TimeSpan.FromMilliseconds(300) });
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    public async Task AnswersSilenceBeforeTheFirstByteOfABodyWith504(string answer)
    {
        await using var upstream = RawServer.Start(async connection =>
        {
            await connection.SendAsync(answer);
            await connection.ReadUntilAsync("never");
        });
        await ExpectAsync(504, TestEdge.Target(upstream.Address) with { Timeout = TimeSpan.FromMilliseconds(300) });
    }

    [Fact]
    public async Task AnswersAConnectionThatIsNeverMadeWith504()
    {
        // The backlog is full, so the kernel answers no further connection.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = await RawConnection.OpenAsync(((IPEndPoint)full.LocalEndPoint!).Port, TestContext.Current.CancellationToken);
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)full.LocalEndPoint!).Port}");
        var target = TestEdge.Target(address) with { ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        await using var edge = await TestEdge.StartAsync(target);
        using var client = edge.Client();
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await client.GetAsync("x", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Contains("accepted no connection in time", Assert.Single(edge.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "")]
    [InlineData(404, "their own page")]
    [InlineData(502, "")]
    [InlineData(503, "{}")]
    [InlineData(504, "x")]
    public async Task PassesAnErrorOfTheUpstreamUntouched(int status, string body)
    {
        await using var upstream = RawServer.Answering(
            $"HTTP/1.1 {status} Theirs\r\nX-Theirs: 1\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await using var edge = await TestEdge.StartAsync(upstream.Address);
        using var client = edge.Client();
        var answer = await client.GetAsync("x", TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("Theirs", answer.ReasonPhrase);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(answer.Headers.Contains("X-Theirs"));
        Assert.Empty(edge.Log.Warnings);
    }

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\nx")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")]
    public async Task BlamesTheClientWhoseBodyStopsForLongerThanTheTimeout(string rest)
    {
        await using var upstream = RawServer.Start(connection => connection.ReadToEndAsync());
        await using var edge = await TestEdge.StartAsync(TestEdge.Target(upstream.Address) with { Timeout = TimeSpan.FromSeconds(1) });
        using var client = await RawConnection.OpenAsync(edge.Port, TestContext.Current.CancellationToken);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: site.test\r\n{rest}");
        Assert.StartsWith("HTTP/1.1 408 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Empty(edge.Log.Warnings);
    }

    // YARP reports one or the other of these when an upstream fails over HTTP/2 while the client sends its body.
    [Fact]
    public void DoesNotBlameTheClientWhoseBodyIsNotReadToTheEndBecauseTheUpstreamFails()
    {
        var outcome = Outcome(new OperationCanceledException(), StatusCodes.Status400BadRequest);
        Assert.Equal((ForwardResult.NoAnswer, 502, true), (outcome.Result, outcome.Status, outcome.IsOfUpstream));
    }

    [Fact]
    public void BlamesTheClientWhoseBodyIsNotWhatItShouldBe()
    {
        var outcome = Outcome(new BadHttpRequestException("too large", 413), StatusCodes.Status413PayloadTooLarge);
        Assert.Equal((ForwardResult.ClientFailed, 413, false), (outcome.Result, outcome.Status, outcome.IsOfUpstream));
    }

    private static ForwardOutcome Outcome(Exception ofBody, int status)
    {
        var context = new DefaultHttpContext();
        context.Response.StatusCode = status;
        context.Features.Set<IForwarderErrorFeature>(new Report(
            ForwarderError.RequestBodyClient, new AggregateException(ofBody, new HttpRequestException("failed"))));
        return YarpOutcome.Take(context);
    }

    private static Task ExpectAsync(int status, Uri upstream) => ExpectAsync(status, TestEdge.Target(upstream));

    private static async Task ExpectAsync(int status, SiteTarget target)
    {
        await using var edge = await TestEdge.StartAsync(target);
        using var client = edge.Client();
        var answer = await client.GetAsync("x", TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(TestEdge.Body(status), await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Single(edge.Log.Warnings);
    }

    private sealed record Report(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
