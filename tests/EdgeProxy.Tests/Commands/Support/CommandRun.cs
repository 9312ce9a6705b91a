using EdgeProxy.Commands;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;
using EdgeProxy.Hosting.Reload;

namespace EdgeProxy.Tests.Commands;

/// <summary>The command line run in this process, in a folder of its own, with what it wrote.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly TestFolder _folder = new();

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    /// <summary>The files that the command <c>run</c> was given; null when it did not run.</summary>
    public IEnumerable<string>? Ran { get; private set; }

    /// <summary>A configuration with one site; <paramref name="keys"/> are further keys of the section, ending in a comma.</summary>
    public static string Configuration(string keys = "") =>
        $$"""{ "EdgeProxy": { {{keys}} "Domains": { "localhost": { "Upstream": "demo" } } } }""";

    public string Write(string name, string text) => _folder.Write(name, text);

    public string File(string name) => _folder.File(name);

    public async Task<int> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var place = new ConfigPlace(_folder.Path, _folder.Path, "Production", "TEST_NONE_");
        var commandLine = new CommandLine(files => new ConfigSource(place, files, OtherSections.Parse), RunProxyAsync, output, error);
        var code = await commandLine.RunAsync(args, TestContext.Current.CancellationToken);
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

    public void Dispose() => _folder.Dispose();

    private Task<int> RunProxyAsync(ConfigSource source, CancellationToken cancellationToken)
    {
        Ran = [.. source.Files.Skip(2).Select(file => Path.GetRelativePath(_folder.Path, file))];
        return Ran.Contains("throws.json") ? throw new IOException("the disk is on fire") : Task.FromResult(ExitCode.Done);
    }
}
