using EdgeProxy.Certificates.Tls;
using EdgeProxy.Commands;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;
using EdgeProxy.Hosting.Reload;

namespace EdgeProxy;

internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        // Before anything loads OpenSSL, which reads its configuration once.
        TlsDefaults.Apply();
        return new CommandLine(
            files => new ConfigSource(ConfigPlace.OfThisProcess(), files, OtherSections.Parse),
            (source, cancel) => EdgeProcess.RunAsync(source, Console.Error, cancel),
            Console.Out,
            Console.Error).RunAsync(args);
    }
}
