using EdgeProxy.Certificates.Tls;
using EdgeProxy.Commands;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;
using EdgeProxy.Hosting.Reload;

namespace EdgeProxy;

/// <summary>The entry point: sets up what must come first, and hands over to the command line.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // Before anything slow: until then SIGHUP ends the process.
        using var hangup = new HangupSignal();
        // Before anything loads OpenSSL, which reads its configuration once.
        TlsDefaults.Apply();
        return await new CommandLine(
            files => new ConfigSource(ConfigPlace.OfThisProcess(), files, OtherSections.Parse),
            (source, cancellationToken) => EdgeProcess.RunAsync(source, hangup, Console.Error, cancellationToken),
            Console.Out,
            Console.Error).RunAsync(args);
    }
}
