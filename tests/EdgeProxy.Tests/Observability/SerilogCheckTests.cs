using EdgeProxy.Observability;
using Microsoft.Extensions.Configuration;

namespace EdgeProxy.Tests.Observability;

public sealed class SerilogCheckTests
{
    [Theory]
    [InlineData("""{ "MinimumLevel": { "Default": "Debug", "Override": { "Microsoft": "Error" } } }""")]
    [InlineData("""{ "WriteTo": [ "Console" ] }""")]
    [InlineData("""
        { "WriteTo": { "Out": {
          "Name": "Console", "Args": { "formatter": "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact" } } } }
        """)]
    [InlineData("""
        { "WriteTo": [ {
          "Name": "Console", "Args": { "theme": "Serilog.Sinks.SystemConsole.Themes.AnsiConsoleTheme::Code, Serilog.Sinks.Console" } } ] }
        """)]
    [InlineData("""
        {
          "Using": [ "Serilog.Sinks.File" ],
          "WriteTo": [ { "Name": "File", "Args": {
            "path": "/none/x.log", "rollingInterval": "Day", "fileSizeLimitBytes": 1, "flushToDiskInterval": "00:00:01" } } ]
        }
        """)]
    [InlineData("""
        { "WriteTo": [ { "Name": "Logger", "Args": {
          "configureLogger": { "WriteTo": [ { "Name": "File", "Args": { "path": "/none/x.log" } } ] } } } ] }
        """)]
    [InlineData("""{ "LevelSwitches": { "$low": "Debug" }, "WriteTo": [ { "Name": "Console", "Args": { "levelSwitch": "$low" } } ] }""")]
    [InlineData("""
        {
          "AuditTo": [ { "Name": "File", "Args": { "path": "/none/x.log" } } ],
          "Enrich": [ "FromLogContext" ],
          "Properties": { "Application": "edge" },
          "Destructure": [ { "Name": "ToMaximumDepth", "Args": { "maximumDestructuringDepth": 3 } } ]
        }
        """)]
    public void Accepts(string section) => Assert.Empty(Problems(section));

    [Theory]
    [InlineData("""{ "WriteTo": [ "Consle" ] }""", "Serilog:WriteTo:0", "\"Consle\" is unknown. There are Console, Debug, File, Logger")]
    [InlineData("""{ "WriteTo": [ { "Args": { "path": "x" } } ] }""", "Serilog:WriteTo:0", "needs a Name")]
    [InlineData("""{ "WriteTo": [ { "Name": "File" } ] }""", "Serilog:WriteTo:0", "File needs path")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "File", "Args": { "path": "x", "pth": "y" } } ] }""",
        "Serilog:WriteTo:0:Args:pth", "is not an argument of File")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "File", "Args": { "path": "x", "buffered": "often" } } ] }""",
        "Serilog:WriteTo:0:Args:buffered", "neither true nor false")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "File", "Args": { "path": "x", "fileSizeLimitBytes": "big" } } ] }""",
        "Serilog:WriteTo:0:Args:fileSizeLimitBytes", "not a whole number")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "File", "Args": { "path": "x", "rollingInterval": "Fortnight" } } ] }""",
        "Serilog:WriteTo:0:Args:rollingInterval", "is none of Day")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "File", "Args": { "path": "x", "flushToDiskInterval": "often" } } ] }""",
        "Serilog:WriteTo:0:Args:flushToDiskInterval", "not a time")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "Console", "Args": { "formatter": "No.Such, Type" } } ] }""",
        "Serilog:WriteTo:0:Args:formatter", "a type that does not exist")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "Console", "Args": { "levelSwitch": "$low" } } ] }""",
        "Serilog:WriteTo:0:Args:levelSwitch", "not declared under LevelSwitches")]
    [InlineData(
        """{ "WriteTo": [ { "Name": "Logger", "Args": { "configureLogger": { "WriteTo": [ "Nowhere" ] } } } ] }""",
        "Serilog:WriteTo:0:Args:configureLogger:WriteTo:0", "\"Nowhere\" is unknown")]
    [InlineData("""{ "Enrich": [ "WithNothing" ] }""", "Serilog:Enrich:0", "\"WithNothing\" is unknown")]
    [InlineData("""{ "WriteToo": [ "Console" ] }""", "Serilog:WriteToo", "is not a key")]
    [InlineData("""{ "MinimumLevel": "Loud" }""", "Serilog", "Loud")]
    [InlineData("""{ "Using": [ "No.Such.Assembly" ] }""", "Serilog", "No.Such.Assembly")]
    public void Rejects(string section, string path, string message)
    {
        var problem = Assert.Single(Problems(section));
        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpensNothing()
    {
        using var folder = new TestFolder();
        using var sink = TestSink.Create();

        Assert.Empty(Problems($$"""{ "WriteTo": [ { "Name": "File", "Args": { "path": "{{folder.File("x.log")}}" } } ] }"""));
        Assert.Empty(Problems($"{{ {sink.Section} }}"));

        Assert.False(File.Exists(folder.File("x.log")));
        Assert.Equal(0, sink.Opened);
    }

    private static IReadOnlyList<LogProblem> Problems(string section) => SerilogCheck.Problems(new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Serilog": {{section}} }""")))
        .Build());
}
