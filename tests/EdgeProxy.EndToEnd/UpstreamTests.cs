using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.EndToEnd;

/// <summary>What the upstream gets, and what the client gets when the upstream fails.</summary>
public sealed class UpstreamTests(UpstreamTests.Stage stage) : IClassFixture<UpstreamTests.Stage>
{
    private const string BadGateway =
        """{"data": null, "code": "BAD_GATEWAY", "message": "received an invalid response from the upstream server"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task TheUpstreamLearnsWhoAskedWhateverTheClientClaims(string version)
    {
        using var client = Clients.Http(version: Version.Parse(version));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://echo.test:{stage.Edge.HttpsPort}/a?b"))
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var name in (string[])["X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"])
            request.Headers.Add(name, "forged");
        request.Headers.Add("Forwarded", "for=forged");

        using var response = await client.SendAsync(request, Token);
        var seen = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("headers");

        var host = $"echo.test:{stage.Edge.HttpsPort}";
        Assert.Equal(host, seen.GetProperty("Host").GetString());
        Assert.Equal(host, seen.GetProperty("X-Forwarded-Host").GetString());
        Assert.Equal("127.0.0.1", seen.GetProperty("X-Forwarded-For").GetString());
        Assert.Equal("127.0.0.1", seen.GetProperty("X-Real-IP").GetString());
        Assert.Equal("https", seen.GetProperty("X-Forwarded-Proto").GetString());
        Assert.Equal($"{stage.Edge.HttpsPort}", seen.GetProperty("X-Forwarded-Port").GetString());
        Assert.DoesNotContain("forged", seen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a%2Fb;c=1/%2e%2e/d")]
    [InlineData("/a//b///?x=%41{}|^`\"&y=/../")]
    [InlineData("/%c3%A9/%ff?q=%")]
    [InlineData("/a+b%20c%25?a=b?c=d#")]
    [InlineData("/?")]
    public async Task PathAndQueryGoThroughByteForByte(string target)
    {
        var answer = await SendAsync("echo.test", $"GET {target} HTTP/1.1");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal(target, JsonDocument.Parse(Body(answer)).RootElement.GetProperty("target").GetString());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    public async Task EveryMethodGoesThrough(string method)
    {
        var answer = await SendAsync("echo.test", $"{method} / HTTP/1.1", "Content-Length: 0");

        Assert.Equal(method, JsonDocument.Parse(Body(answer)).RootElement.GetProperty("method").GetString());
    }

    [Fact]
    public async Task NginxAnswersThroughItAndBadGatewayWithoutIt()
    {
        var port = stage.NginxPort;
        await using (await NginxProcess.StartAsync(port,
            $"server {{ listen 127.0.0.1:{port}; location / {{ return 200 \"$http_host $http_x_real_ip $request_uri\"; }} "
            + "location /teapot { return 418 'short'; } }"))
        {
            var answer = await SendAsync("nginx.test", "GET /x?y HTTP/1.1");
            var teapot = await SendAsync("nginx.test", "GET /teapot HTTP/1.1");

            Assert.EndsWith($"nginx.test 127.0.0.1 /x?y", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nServer: nginx/", answer, StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 418 ", teapot, StringComparison.Ordinal);
            Assert.EndsWith("short", teapot, StringComparison.Ordinal);
        }

        var down = await SendAsync("nginx.test", "GET / HTTP/1.1");

        Assert.StartsWith("HTTP/1.1 502 ", down, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", down, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nServer:", down, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(BadGateway, Body(down));
    }

    [Theory]
    [InlineData("", "502", "BAD_GATEWAY")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "502", "BAD_GATEWAY")]
    [InlineData("nonsense\r\n\r\n", "502", "BAD_GATEWAY")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "502", "BAD_GATEWAY")]
    public async Task AnAnswerThatIsNoneIsABadGateway(string reply, string status, string code)
    {
        stage.Reply = reply;

        var answer = await SendAsync("raw.test", "GET / HTTP/1.1");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\": \"{code}\"", Body(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "--http1.1", 18)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "--http2", 92)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "--http1.1", 18)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "--http2", 92)]
    public async Task AnAnswerThatIsCutReachesTheClientAsABrokenOne(string reply, string version, int exitCode)
    {
        stage.Reply = reply;

        var curl = await Tool.RunAsync(Installed.Program("curl"),
            ["-sS", "-k", version, "--connect-to", $"::127.0.0.1:{stage.Edge.HttpsPort}", $"https://raw.test:{stage.Edge.HttpsPort}/"]);

        Assert.True(exitCode == curl.ExitCode || (exitCode == 18 && curl.ExitCode == 56), curl.ToString());
    }

    [Fact]
    public async Task AnUpstreamThatStaysSilentIsAGatewayTimeout()
    {
        var answer = await SendAsync("silent.test", "GET /silent HTTP/1.1");

        Assert.StartsWith("HTTP/1.1 504 ", answer, StringComparison.Ordinal);
        Assert.StartsWith("{\"data\": null, \"code\": \"GATEWAY_TIMEOUT\", \"message\": \"", Body(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 1001", 413, "PAYLOAD_TOO_LARGE")]
    [InlineData("Content-Length: 999999999999999999999999999999", 400, "BAD_REQUEST")]
    [InlineData("Transfer-Encoding: gzip", 400, "BAD_REQUEST")]
    [InlineData("Bad Header: x", 400, "BAD_REQUEST")]
    public async Task ARequestOverALimitOrMalformedIsAnsweredByItself(string header, int status, string code)
    {
        var answer = await SendAsync("small.test", "POST / HTTP/1.1", header);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.StartsWith($"{{\"data\": null, \"code\": \"{code}\", ", Body(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHeadOverTheLimitIsAnswered()
    {
        var answer = await SendAsync("echo.test", "GET / HTTP/1.1", "X-Big: " + new string('x', 100_000));

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
        Assert.StartsWith("{\"data\": null, \"code\": \"REQUEST_HEADER_FIELDS_TOO_LARGE\", ", Body(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerSentEventsArriveOneByOne()
    {
        using var client = Clients.Http();
        using var response = await client.GetAsync(
            new Uri($"https://echo.test:{stage.Edge.HttpsPort}/events"), HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));

        // The upstream sends the next event only when it has been told that this one arrived.
        for (var number = 1; number <= 3; number++)
        {
            Assert.Equal($"data: {number}", await reader.ReadLineAsync(Token));
            Assert.Equal("", await reader.ReadLineAsync(Token));
            stage.EventArrived.Release();
        }
        Assert.Null(await reader.ReadLineAsync(Token));
    }

    [Fact]
    public async Task AnUploadStreamsWithoutBeingHeldInMemory()
    {
        const long size = 300L * 1024 * 1024;
        using var client = Clients.Http();
        client.Timeout = TimeSpan.FromMinutes(3);
        using var small = await client.PutAsync(Uri("upload.test"), new ByteArrayContent(new byte[1_000_000]), Token);
        var before = PeakMemory();

        using var response = await client.PutAsync(
            Uri("upload.test"), new StreamContent(new Zeros(size), 65_536) { Headers = { ContentLength = size } }, Token);

        Assert.Equal(
            $"{size}", JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("received").ToString());
        var grown = (PeakMemory() - before) / 1024 / 1024;
        Figures.Report($"an upload of {size / 1024 / 1024} MB: {grown} MB more resident memory");
        Assert.InRange(grown, 0, 100);
    }

    [Fact]
    public async Task EveryRequestIsOneLineInTheLogWithSiteStatusAndUpstream()
    {
        await SendAsync("echo.test", "GET /in-the-log HTTP/1.1");

        await stage.Edge.WaitForOutputAsync("/in-the-log");
        var line = Assert.Single(stage.Edge.Output.Split('\n'), text => text.Contains("/in-the-log", StringComparison.Ordinal));
        Assert.Contains("echo.test", line, StringComparison.Ordinal);
        Assert.Contains("\"GET /in-the-log HTTP/1.1\" 200 ", line, StringComparison.Ordinal);
        Assert.Contains(stage.EchoUrl.Replace("http://", "", StringComparison.Ordinal), line, StringComparison.Ordinal);
    }

    private Uri Uri(string name) => new($"https://{name}:{stage.Edge.HttpsPort}/");

    private async Task<string> SendAsync(string name, string requestLine, string headers = "")
    {
        var lines = headers.Length > 0 ? headers + "\r\n" : "";
        var request = $"{requestLine}\r\nHost: {name}\r\n{lines}Connection: close\r\n\r\n";
        return (await RawClient.SendAsync(stage.Edge.HttpsPort, request, name)).Text;
    }

    private static string Body(string answer)
    {
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        if (!answer.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
            return body;
        var text = new StringBuilder();
        while (body.IndexOf("\r\n", StringComparison.Ordinal) is var end and > 0 && Convert.ToInt32(body[..end], 16) is var length and > 0)
        {
            text.Append(body, end + 2, length);
            body = body[(end + 2 + length + 2)..];
        }
        return text.ToString();
    }

    /// <summary>The most memory that the process has had resident at once, in bytes.</summary>
    private long PeakMemory()
    {
        var line = File.ReadLines($"/proc/{stage.Edge.ProcessId}/status")
            .First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public sealed class Stage : IAsyncLifetime
    {
        private LocalServer? _echo;
        private RawServer? _raw;
        private EdgeProxyInstance? _edge;

        public EdgeProxyInstance Edge => _edge!;

        /// <summary>What the next connections to raw.test get, byte for byte.</summary>
        public string Reply { get; set; } = "";

        public string EchoUrl => _echo!.Url;

        public int NginxPort { get; } = FreePort.Next();

        public SemaphoreSlim EventArrived { get; } = new(0);

        public async ValueTask InitializeAsync()
        {
            _echo = await LocalServer.StartAsync(AnswerAsync);
            _raw = RawServer.Start(ReplyAsync);
            _edge = new EdgeProxyInstance($$"""
                "Domains": {
                  "echo.test": { "Upstream": "{{_echo.Url}}", "Certificate": { "Source": "Internal" } },
                  "silent.test": { "Upstream": "{{_echo.Url}}", "Timeout": "00:00:02", "Certificate": { "Source": "Internal" } },
                  "raw.test": { "Upstream": "{{_raw.Url}}", "Certificate": { "Source": "Internal" } },
                  "nginx.test": { "Upstream": "http://127.0.0.1:{{NginxPort}}", "Certificate": { "Source": "Internal" } },
                  "small.test": { "Upstream": "{{_echo.Url}}", "MaxRequestBodySize": 1000, "Certificate": { "Source": "Internal" } },
                  "upload.test": { "Upstream": "{{_echo.Url}}", "MaxRequestBodySize": 0, "Certificate": { "Source": "Internal" } }
                }
                """);
            await _edge.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_edge is not null)
                await _edge.DisposeAsync();
            if (_raw is not null)
                await _raw.DisposeAsync();
            if (_echo is not null)
                await _echo.DisposeAsync();
            EventArrived.Dispose();
        }

        private async Task ReplyAsync(RawConnection connection)
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Reply);
            connection.Socket.Shutdown(SocketShutdown.Send);
        }

        private async Task AnswerAsync(HttpContext context)
        {
            if (context.Request.Path == "/events")
                await SendEventsAsync(context);
            else if (context.Request.Path == "/silent")
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            else
                await EchoAsync(context);
        }

        private async Task SendEventsAsync(HttpContext context)
        {
            context.Response.ContentType = "text/event-stream";
            for (var number = 1; number <= 3; number++)
            {
                await context.Response.WriteAsync($"data: {number}\n\n", context.RequestAborted);
                await EventArrived.WaitAsync(context.RequestAborted);
            }
        }

        private static async Task EchoAsync(HttpContext context)
        {
            long received = 0;
            var buffer = new byte[65_536];
            for (int count; (count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
                received += count;
            await context.Response.WriteAsync(JsonSerializer.Serialize(new
            {
                method = context.Request.Method,
                target = context.Features.Get<IHttpRequestFeature>()!.RawTarget,
                received,
                headers = context.Request.Headers.ToDictionary(
                    header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            }), context.RequestAborted);
        }
    }

    /// <summary>So many zero bytes, made while they are read.</summary>
    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var taken = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, taken);
            _left -= taken;
            return taken;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
