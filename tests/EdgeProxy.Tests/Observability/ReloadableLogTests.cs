using EdgeProxy.Observability;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace EdgeProxy.Tests.Observability;

public sealed class ReloadableLogTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsQueuedIsWrittenBeforeItIsDisposedOf()
    {
        using (var log = Start(ToFile("a.log")))
        {
            for (var number = 0; number < 1000; number++)
                log.CreateLogger("Test").LogInformation("line {Number}", number);
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(number => $"line {number}"), Lines("a.log"));
    }

    [Fact]
    public void ASinkThatStallsHoldsUpNeitherTheCallersNorTheEnd()
    {
        using var sink = TestSink.Create();
        sink.Stall();
        using (var log = Start(sink.Section))
        {
            for (var number = 0; number < 100_000; number++)
                log.CreateLogger("Test").LogInformation("line {Number}", number);
        }

        Assert.Empty(sink.Lines);
    }

    [Fact]
    public async Task OneLineSaysHowManyWereDroppedOnceTheSinkGoesOn()
    {
        using var sink = TestSink.Create();
        sink.Stall();
        using var log = Start(sink.Section);
        var logger = log.CreateLogger("Test");
        for (var number = 0; number < 100_000; number++)
            logger.LogInformation("line {Number}", number);
        sink.GoOn();
        await sink.WaitForAsync("log lines were dropped");
        logger.LogInformation("afterwards");
        await sink.WaitForAsync("afterwards");

        var dropped = int.Parse(Assert.Single(sink.Lines, line => line.Contains("dropped", StringComparison.Ordinal)).Split(' ')[0]);
        Assert.InRange(dropped, 1, 99_999);
        Assert.Equal(100_000 - dropped + 2, sink.Lines.Count);
        Assert.Equal("line 0", sink.Lines[0]);
    }

    [Fact]
    public async Task WhatWaitsIsBoundedByItsSizeToo()
    {
        using var sink = TestSink.Create();
        sink.Stall();
        using var log = Start(sink.Section);
        for (var number = 0; number < 100; number++)
            log.CreateLogger("Test").LogInformation("{Text}", new string('a', 1_000_000));
        sink.GoOn();
        await sink.WaitForAsync("log lines were dropped");

        Assert.InRange(sink.Lines.Count, 2, 20);
    }

    [Fact]
    public async Task LoggersMadeBeforeFollowTheNewSection()
    {
        using var log = Start(ToFile("a.log"));
        var logger = log.CreateLogger("Quiet.Category");
        var other = log.CreateLogger("Other");
        Assert.True(logger.IsEnabled(LogLevel.Information));

        var quiet = Root(ToFile("b.log"), """ "MinimumLevel": { "Default": "Debug", "Override": { "Quiet": "Error" } } """);
        using (var change = await log.PrepareAsync(quiet))
        {
            Assert.Null(change.Problem);
            Assert.True(logger.IsEnabled(LogLevel.Information));
            change.Commit();
        }

        Assert.False(logger.IsEnabled(LogLevel.Warning));
        Assert.True(other.IsEnabled(LogLevel.Debug));
        other.LogDebug("new");
        log.Dispose();
        Assert.Empty(Lines("a.log"));
        Assert.Equal(["new"], Lines("b.log"));
    }

    [Fact]
    public async Task ASectionThatCannotBeOpenedLeavesThePresentOneWriting()
    {
        Directory.CreateDirectory(_folder.File("b.log"));
        using var log = Start(ToFile("a.log"));
        var logger = log.CreateLogger("Test");
        logger.LogInformation("before");

        using (var change = await log.PrepareAsync(Root(ToFile("b.log"))))
            Assert.Contains($"unable to open file sink for {_folder.File("b.log")}: ", change.Problem, StringComparison.Ordinal);

        logger.LogInformation("after");
        log.Dispose();
        Assert.Equal(["before", "after"], Lines("a.log"));
    }

    [Fact]
    public async Task AChangeThatIsNotCommittedLeavesThePresentOneWriting()
    {
        using var log = Start(ToFile("a.log"));
        var logger = log.CreateLogger("Test");

        using (var change = await log.PrepareAsync(Root(ToFile("b.log"), """ "MinimumLevel": "Error" """)))
            logger.LogInformation("meanwhile");

        logger.LogInformation("after");
        log.Dispose();
        Assert.Equal(["meanwhile", "after"], Lines("a.log"));
        Assert.Empty(Lines("b.log"));
    }

    [Fact]
    public async Task AFileWhoseSettingsChangeLosesNoLine()
    {
        using var log = Start(ToFile("a.log", "buffered: {Message:lj}{NewLine}"));
        var logger = log.CreateLogger("Test");
        for (var round = 0; round < 20; round++)
        {
            logger.LogInformation("line {Number}", 2 * round);
            using var change = await log.PrepareAsync(Root(ToFile("a.log", $"{round} {{Message:lj}}{{NewLine}}")));
            Assert.Null(change.Problem);
            logger.LogInformation("line {Number}", (2 * round) + 1);
            change.Commit();
        }

        log.Dispose();
        Assert.Equal(
            Enumerable.Range(0, 40).Select(number => $"line {number}"),
            Lines("a.log").Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public async Task SinksThatStayAreNotOpenedAgain()
    {
        using var sink = TestSink.Create();
        using var log = Start(sink.Section);

        using (var change = await log.PrepareAsync(Root(sink.Section, """ "MinimumLevel": "Debug" """)))
            change.Commit();

        Assert.True(log.CreateLogger("Test").IsEnabled(LogLevel.Debug));
        Assert.Equal(1, sink.Opened);
    }

    [Fact]
    public async Task ASinkThatIsStuckCannotBeReplacedAndSaysSo()
    {
        using var sink = TestSink.Create();
        sink.Stall();
        using var log = Start(sink.Section);
        log.CreateLogger("Test").LogInformation("stuck");
        await sink.WaitUntilStalledAsync();

        using var change = await log.PrepareAsync(Root(ToFile("a.log")));

        Assert.Contains("is nobody reading it?", change.Problem, StringComparison.Ordinal);
        sink.GoOn();
        await sink.WaitForAsync("stuck");
    }

    [Theory]
    [InlineData(""" "MinimumLevel": "Loud" """, "Loud")]
    [InlineData(""" "Using": [ "No.Such.Assembly" ] """, "No.Such.Assembly")]
    public void ASectionThatIsWrongIsASentenceAtTheStart(string section, string said)
    {
        Assert.Null(ReloadableLog.Start(Root(section), out var problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    private static ReloadableLog Start(params string[] parts)
    {
        var log = ReloadableLog.Start(Root(parts), out var problem);
        Assert.Null(problem);
        return log!;
    }

    private static IConfigurationRoot Root(params string[] parts) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Serilog": { {{string.Join(',', parts)}} } }""")))
        .Build();

    private string ToFile(string name, string template = "{Message:lj}{NewLine}") => $$"""
        "WriteTo": [ { "Name": "File", "Args": { "path": "{{_folder.File(name)}}", "outputTemplate": "{{template}}", "buffered": true } } ]
        """;

    private string[] Lines(string name) => File.ReadAllLines(_folder.File(name));
}
