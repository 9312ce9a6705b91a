using System.Diagnostics;
using System.Text;

namespace EdgeProxy.Testing;

/// <summary>
/// A real program started for a test. It ends with <see cref="DisposeAsync"/>, and also when the test run itself is killed.
/// </summary>
/// <remarks>What it prints is in <see cref="Output"/>, and in the message of every wait that fails.</remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Process _guard;
    private readonly StringBuilder _output = new();

    private ChildProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _guard = StartGuard(_process.Id);
    }

    /// <summary>Starts a program. <paramref name="environment"/> adds variables to those of the test run, a null removes one.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new ChildProcess(new Process { StartInfo = start });
    }

    /// <summary>The program's process id.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The exit code; only once the program has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Everything printed so far, standard output and standard error in order of arrival.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Waits until <see cref="Output"/> contains <paramref name="text"/>.</summary>
    public Task WaitForOutputAsync(string text, CancellationToken cancellationToken = default) =>
        WaitUntilAsync(() => ValueTask.FromResult(Output.Contains(text, StringComparison.Ordinal)), $"print \"{text}\"", cancellationToken);

    /// <summary>Waits until the program accepts TCP connections on 127.0.0.1.</summary>
    public Task WaitForPortAsync(int port, CancellationToken cancellationToken = default) =>
        WaitUntilAsync(() => RawConnection.IsAcceptedAsync(port), $"listen on port {port}", cancellationToken);

    /// <summary>Waits until <paramref name="condition"/> holds; fails at once when the program ends first.</summary>
    public Task WaitUntilAsync(Func<ValueTask<bool>> condition, string what, CancellationToken cancellationToken = default) =>
        Eventually.BecomesTrueAsync(
            async () => await condition()
                || (HasExited ? throw Failed($"ended with exit code {ExitCode} and did not {what}") : false),
            $"{Name} should {what}",
            () => $"It printed:\n{Output}",
            cancellationToken);

    /// <summary>Waits until the program has ended by itself (or by a signal) and gives its exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return ExitCode;
        }
        catch (TimeoutException)
        {
            throw Failed($"did not end within {Patience.TotalSeconds} seconds");
        }
    }

    /// <summary>Sends a signal by its name: <c>TERM</c>, <c>HUP</c>, <c>KILL</c>, ...</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Id.ToString()]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw Failed($"could not be sent the signal {name}");
    }

    public async ValueTask DisposeAsync()
    {
        // The guard ends first, because another program may get the process id once this one is gone.
        _guard.Kill();
        if (!_process.HasExited)
            _process.Kill();
        await _guard.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _guard.Dispose();
        _process.Dispose();
    }

    /// <summary>A shell at the end of a pipe from this test run: when the run dies, however it dies, the program does, too.</summary>
    private static Process StartGuard(int id)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "read _; kill -9 \"$1\"", "sh", id.ToString()]) { RedirectStandardInput = true };
        return Process.Start(start)!;
    }

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private string Name => Path.GetFileName(_process.StartInfo.FileName);

    private InvalidOperationException Failed(string what) =>
        new($"{Name} {what}. It printed:\n{Output}");
}
