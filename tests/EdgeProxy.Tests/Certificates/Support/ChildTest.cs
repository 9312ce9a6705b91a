using System.Diagnostics;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Runs one test of this assembly in a process of its own, for what is settled when a process starts.</summary>
internal static class ChildTest
{
    public static async Task RunAsync(Type type, string method, Dictionary<string, string> environment)
    {
        using var process = Start(type, method, environment);
        var cancellation = TestContext.Current.CancellationToken;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation) + await errors;
        await process.WaitForExitAsync(cancellation);

        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }

    /// <summary>For a test that does not end by itself.</summary>
    public static Process Start(Type type, string method, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ChildTest).Assembly.Location, "-method", $"{type.FullName}.{method}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
