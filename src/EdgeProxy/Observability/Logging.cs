using System.Globalization;
using System.Reflection;
using Serilog;
using Serilog.Configuration;
using Serilog.Events;
using Serilog.Settings.Configuration;

namespace EdgeProxy.Observability;

/// <summary>Configures Serilog as its section says; without one, it writes readable lines to the console.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    // Where methods that the section names are looked for, beside what it names under Using.
    private static readonly Assembly[] OwnAssemblies =
    [
        typeof(LoggerSinkConfiguration).Assembly,
        typeof(ConsoleLoggerConfigurationExtensions).Assembly,
        typeof(FileLoggerConfigurationExtensions).Assembly,
        typeof(LoggerSinkConfigurationDebugExtensions).Assembly,
    ];

    /// <summary>Which events there are and what they carry.</summary>
    public static LoggerConfiguration Events(IConfigurationRoot root) => new LoggerConfiguration()
        // Quiet by default where the framework says in three lines what ours says in one; the section may override each.
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        // A failed start is one sentence on stderr.
        .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
        .MinimumLevel.Override("Yarp", LogEventLevel.Error)
        .Enrich.FromLogContext()
        .ReadFrom.Configuration(SerilogSection.WithoutSinks(root), Options(root));

    /// <summary>What every event is written to.</summary>
    public static LoggerConfiguration Sinks(IConfigurationRoot root)
    {
        var logger = new LoggerConfiguration().MinimumLevel.Verbose().ReadFrom.Configuration(SerilogSection.OnlySinks(root), Options(root));
        return root.GetSection($"{SerilogSection.Name}:WriteTo").Exists()
            ? logger
            : logger.WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture);
    }

    /// <summary>The assemblies whose methods the section may name.</summary>
    /// <exception cref="FileNotFoundException">There is none of a name under <c>Using</c>.</exception>
    public static Assembly[] Assemblies(IConfiguration root) =>
    [
        .. OwnAssemblies,
        .. root.GetSection($"{SerilogSection.Name}:Using").GetChildren()
            .Select(name => name.Value)
            .OfType<string>()
            .Select(name => Assembly.Load(new AssemblyName(name)))
            .Except(OwnAssemblies),
    ];

    /// <summary>What went wrong while a part of the section was put to use.</summary>
    public static string Sentence(Exception exception) =>
        (exception is TargetInvocationException { InnerException: { } inner } ? inner : exception).Message;

    private static ConfigurationReaderOptions Options(IConfiguration root) => new(Assemblies(root));
}
