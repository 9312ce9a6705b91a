using System.Globalization;
using System.Reflection;
using Serilog;
using Serilog.Events;

namespace EdgeProxy.Observability;

/// <summary>Serilog as its section says; without one, readable lines on the console.</summary>
internal static class Logging
{
    public const string Section = "Serilog";

    private const string Line = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>What is wrong with the section, found out by using it; null when nothing is.</summary>
    public static string? Problem(IConfiguration root)
    {
        if (!root.GetSection(Section).Exists())
            return null;
        try
        {
            Configure(new LoggerConfiguration(), root).CreateLogger().Dispose();
            return null;
        }
        // Whatever a sink throws when it is made.
        catch (Exception error)
        {
            return (error is TargetInvocationException { InnerException: { } inner } ? inner : error).Message;
        }
    }

    public static LoggerConfiguration Configure(LoggerConfiguration logger, IConfiguration root)
    {
        // Quiet by default where the framework says in three lines what ours says in one; the section may override each.
        logger.MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // A failed start is one sentence on stderr.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .MinimumLevel.Override("Yarp", LogEventLevel.Error)
            .Enrich.FromLogContext()
            .ReadFrom.Configuration(root);
        return root.GetSection($"{Section}:WriteTo").Exists()
            ? logger
            : logger.WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture);
    }
}
