using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace EdgeProxy.EndToEnd;

/// <summary>The log's reader and its files: what a reader that does not read, and a reload, may and may not do.</summary>
public sealed partial class LogTests : IDisposable
{
    private const string Site = """
        "ShutdownGracePeriod": "00:00:05", "Domains": { "one.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } } }
        """;

    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Pipe => _folder.File("stdout");

    // Standard output is a pipe that stays open and that nobody reads.
    private IReadOnlyList<string> IntoAPipe => ["/bin/sh", "-c", "mkfifo \"$0\"; exec 3<>\"$0\"; exec \"$@\" >\"$0\"", Pipe];

    private string LogFile => _folder.File("edge.log");

    private string IntoAFile => $$"""
        "Serilog": { "WriteTo": [ { "Name": "File", "Args": { "path": "{{LogFile}}", "buffered": true } } ] },
        """;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AReaderThatStallsStopsNeitherRequestsNorTheHealthCheckNorTheShutdown()
    {
        await using var edge = new EdgeProxyInstance(Site) { Launcher = IntoAPipe };
        await edge.StartAsync();

        await RequestAsync(edge, 3000);

        Assert.Equal(HttpStatusCode.OK, await edge.GetAdminAsync("/healthz"));
        Assert.Equal(0, await edge.StopAsync());
    }

    [Fact]
    public async Task AReaderThatResumesFindsTheOldestLinesAndHowManyWereDropped()
    {
        const int Requests = 9000;
        await using var edge = new EdgeProxyInstance(Site) { Launcher = IntoAPipe };
        await edge.StartAsync();
        await RequestAsync(edge, Requests);

        using var reader = new StreamReader(Pipe);
        var lines = new List<string>();
        while (lines is not [.., var last] || !Dropped().IsMatch(last))
            lines.Add(await ReadLineAsync(reader));
        var dropped = int.Parse(Dropped().Match(lines[^1]).Groups[1].Value, CultureInfo.InvariantCulture);

        Assert.InRange(dropped, 1, Requests - 1);
        Assert.Equal(Requests, lines.Count(line => line.Contains(" 301 ", StringComparison.Ordinal)) + dropped);
        await RequestAsync(edge, 1);
        Assert.Contains(" 301 ", await ReadLineAsync(reader), StringComparison.Ordinal);
        Assert.Equal(0, await edge.StopAsync());
    }

    [Fact]
    public async Task CheckOpensNoLogFile()
    {
        await using var edge = new EdgeProxyInstance(Site) { OtherSections = IntoAFile };

        var result = await edge.RunAsync("check");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.False(File.Exists(LogFile));
    }

    [Fact]
    public async Task TheLastLinesAreInTheFileWhenTheProcessHasEnded()
    {
        await using var edge = new EdgeProxyInstance(Site) { OtherSections = IntoAFile };
        await edge.StartAsync();
        await RequestAsync(edge, 1);

        Assert.Equal(0, await edge.StopAsync());

        Assert.Contains(" 301 ", await File.ReadAllTextAsync(LogFile, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALogThatCannotBeOpenedIsASentence()
    {
        Directory.CreateDirectory(LogFile);
        await using var edge = new EdgeProxyInstance(Site) { OtherSections = IntoAFile };

        var result = await edge.RunAsync("run");

        Assert.Equal(78, result.ExitCode);
        Assert.StartsWith("Serilog: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    private static async Task RequestAsync(EdgeProxyInstance edge, int count)
    {
        using var client = Clients.Http();
        var target = new Uri($"http://one.test:{edge.HttpPort}/{new string('a', 1000)}");
        await Parallel.ForAsync(0, count, Token, async (_, _) =>
        {
            using var response = await client.GetAsync(target, Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
            Assert.Equal(HttpStatusCode.MovedPermanently, response.StatusCode);
        });
    }

    private static async Task<string> ReadLineAsync(StreamReader reader) =>
        await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token) ?? throw new EndOfStreamException();

    [GeneratedRegex(@"WRN (\d+) log lines were dropped")]
    private static partial Regex Dropped();
}
