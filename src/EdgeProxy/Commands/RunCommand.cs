using System.Net;
using System.Net.Sockets;
using EdgeProxy.Configuration;
using EdgeProxy.Hosting;
using Microsoft.AspNetCore.Connections;

namespace EdgeProxy.Commands;

/// <summary>Starts the proxy and stays until a signal stops it. Nothing is opened before the configuration is known to be valid.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> configFiles, TextWriter errors, CancellationToken cancel)
    {
        var source = new ConfigSource(configFiles);
        var loaded = source.Load();
        var invalid = ConfigCheck.Errors(loaded);
        if (invalid.Count > 0)
        {
            foreach (var error in invalid)
                await errors.WriteLineAsync(error.ToString());
            return ExitCode.InvalidConfiguration;
        }

        if (PortCheck.Errors(loaded.Config.Listeners) is [_, ..] taken)
        {
            foreach (var error in taken)
                await errors.WriteLineAsync(error.ToString());
            return ExitCode.Failed;
        }

        await using var app = EdgeHost.Build(source, loaded);
        await app.Services.GetRequiredService<ConfigApply>().RunAsync(loaded, cancel);
        await app.StartAsync(cancel);
        foreach (var line in StartupReport.Lines(loaded.Config))
            app.Logger.LogInformation("{Line}", line);
        await app.WaitForShutdownAsync(cancel);
        return ExitCode.Done;
    }
}
