using System.Net;

namespace EdgeProxy.EndToEnd;

/// <summary>
/// EdgeProxy as its users have it: the built program, a working directory with an appsettings.json, a data directory, ports of its own.
/// It can be stopped, killed and started again on the same data.
/// </summary>
public sealed class EdgeProxyInstance : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private ChildProcess? _process;
    private string _earlierOutput = "";

    /// <param name="section">What stands in the section <c>EdgeProxy</c> beside ports and data directory, as JSON members.</param>
    public EdgeProxyInstance(string section)
    {
        WorkingDirectory = Directory.CreateDirectory(_folder.File("work")).FullName;
        DataDirectory = _folder.File("data");
        Configure(section);
    }

    public string BindAddress { get; set; } = "127.0.0.1";

    public int HttpPort { get; set; } = FreePort.Next();

    public int HttpsPort { get; set; } = FreePort.Next();

    public int AdminPort { get; init; } = FreePort.Next();

    public string WorkingDirectory { get; }

    public string DataDirectory { get; init; }

    public string ConfigPath => Path.Combine(WorkingDirectory, "appsettings.json");

    /// <summary>A program and its arguments that starts the process in a setting of its own (a mount namespace, for example).</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Members beside the section <c>EdgeProxy</c>, as JSON, each with a comma behind it.</summary>
    public string OtherSections { get; init; } = "";

    /// <summary>Everything that all its processes have printed so far.</summary>
    public string Output => _earlierOutput + _process?.Output;

    public int ProcessId => Running.Id;

    private ChildProcess Running => _process ?? throw new InvalidOperationException("It has not been started.");

    private string SectionText { get; set; } = "";

    /// <summary>Replaces the configuration file, whole.</summary>
    public void Configure(string section)
    {
        SectionText = section;
        if (_process is not null)
            WriteConfig();
    }

    /// <summary>Starts the process and waits until it says that it is ready.</summary>
    public async Task StartAsync()
    {
        StartProcess();
        await Running.WaitUntilAsync(IsReadyAsync, "become ready", TestContext.Current.CancellationToken);
    }

    /// <summary>Starts the process, as <see cref="StartAsync"/> does, and does not wait.</summary>
    public void StartProcess()
    {
        WriteConfig();
        _process = ChildProcess.Start(Command[0], Command[1..], CleanEnvironment, WorkingDirectory);
    }

    /// <summary>Runs <c>dotnet EdgeProxy.dll</c> with these arguments in the same working directory, until it ends by itself.</summary>
    public Task<ToolResult> RunAsync(params string[] arguments)
    {
        WriteConfig();
        return Tool.RunAsync(
            Command[0], [.. Command[1..], .. arguments], environment: CleanEnvironment, workingDirectory: WorkingDirectory);
    }

    /// <summary>The same with the file on disk as it is, and with more environment variables.</summary>
    public Task<ToolResult> RunAsItIsAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) => Tool.RunAsync(
        Command[0],
        [.. Command[1..], .. arguments],
        environment: CleanEnvironment.Concat(environment).ToDictionary(),
        workingDirectory: WorkingDirectory);

    public void Signal(string name) => Running.Signal(name);

    public Task<int> WaitForExitAsync() => Running.WaitForExitAsync(TestContext.Current.CancellationToken);

    public Task WaitForOutputAsync(string text) => Running.WaitForOutputAsync(text, TestContext.Current.CancellationToken);

    /// <summary>Waits until <paramref name="condition"/> holds; fails with what the process printed.</summary>
    public Task WaitUntilAsync(Func<ValueTask<bool>> condition, string what) =>
        Running.WaitUntilAsync(condition, what, TestContext.Current.CancellationToken);

    /// <summary>Ends the process with SIGTERM; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signal("TERM");
        var exitCode = await WaitForExitAsync();
        await ForgetProcessAsync();
        return exitCode;
    }

    /// <summary>Ends the process with SIGKILL.</summary>
    public async Task KillAsync()
    {
        Signal("KILL");
        await WaitForExitAsync();
        await ForgetProcessAsync();
    }

    public async Task<HttpStatusCode> GetAdminAsync(string path)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{AdminPort}{path}"), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public string Data(params string[] path) => Path.Combine([DataDirectory, .. path]);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Output);
            await _process.DisposeAsync();
        }
        _folder.Dispose();
    }

    /// <summary>The program that was built with these tests: same repository, same build configuration.</summary>
    public static string ProgramPath { get; } = FindProgram();

    private string[] Command => [.. Launcher, "dotnet", ProgramPath];

    private static Dictionary<string, string?> CleanEnvironment { get; } = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = null,
        ["DOTNET_ENVIRONMENT"] = null,
        ["ASPNETCORE_URLS"] = null,
        ["DOTNET_gcServer"] = null,
    };

    private void WriteConfig()
    {
        var temporary = ConfigPath + ".new";
        File.WriteAllText(temporary, $$"""
            {
              {{OtherSections}}
              "EdgeProxy": {
                "BindAddress": "{{BindAddress}}", "HttpPort": {{HttpPort}}, "HttpsPort": {{HttpsPort}}, "Admin": { "Port": {{AdminPort}} },
                "DataDirectory": "{{DataDirectory}}",
                {{SectionText}}
              }
            }
            """);
        File.Move(temporary, ConfigPath, overwrite: true);
    }

    private async ValueTask<bool> IsReadyAsync()
    {
        try
        {
            return await GetAdminAsync("/readyz") == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ForgetProcessAsync()
    {
        _earlierOutput = Output;
        await Running.DisposeAsync();
        _process = null;
    }

    private static string FindProgram()
    {
        // tests/EdgeProxy.EndToEnd/bin/<configuration>/net10.0/
        var folder = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var (framework, configuration) = (folder.Name, folder.Parent!.Name);
        var repository = folder.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        var path = Path.Combine(repository, "src", "EdgeProxy", "bin", configuration, framework, "EdgeProxy.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built.");
    }
}
