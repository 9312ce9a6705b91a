using System.Globalization;
using Serilog;
using Serilog.Events;

namespace EdgeProxy.Observability;

/// <summary>Serilog as the <c>Serilog</c> section says; without one, readable lines on the console.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static LoggerConfiguration Configure(LoggerConfiguration logger, IConfiguration root)
    {
        // Quiet by default where the framework says in three lines what ours says in one; the section may override each.
        logger.MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Yarp", LogEventLevel.Error)
            .Enrich.FromLogContext()
            .ReadFrom.Configuration(root);
        return root.GetSection("Serilog:WriteTo").Exists()
            ? logger
            : logger.WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture);
    }
}
