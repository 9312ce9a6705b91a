using Serilog;
using Serilog.Extensions.Hosting;

namespace EdgeProxy.Observability;

/// <summary>The process's logger; its <c>Serilog</c> section can change while loggers made from it live on.</summary>
internal sealed class ReloadableLog : IDisposable
{
    public ReloadableLog(IConfiguration root) => Logger = Logging.Configure(new LoggerConfiguration(), root).CreateBootstrapLogger();

    public ReloadableLogger Logger { get; }

    public void Apply(IConfiguration root) => Logger.Reload(logger => Logging.Configure(logger, root));

    public void Dispose() => Logger.Dispose();
}
