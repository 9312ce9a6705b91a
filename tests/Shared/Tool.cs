using System.Diagnostics;

namespace EdgeProxy.Testing;

/// <summary>How a program ended and what it printed.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output and standard error.</summary>
    public string Text => Output + Error;

    /// <summary>Standard output, standard error and the exit code, for messages.</summary>
    public override string ToString() => $"{Text}(exit code {ExitCode})";
}

/// <summary>Programs that run once and end by themselves: curl, openssl, wrk, h2load, and EdgeProxy's own commands.</summary>
public static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program to its end, with <paramref name="input"/> (empty when not given) as its whole standard input.</summary>
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string input = "",
        IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await WriteAsync(process, input);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end. It printed:\n{await output}{await error}");
        }
        return new ToolResult(process.ExitCode, await output, await error);
    }

    private static async Task WriteAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its output says why.
        }
    }
}
