using System.CommandLine;
using System.CommandLine.Invocation;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;

namespace EdgeProxy.Commands;

/// <summary>Runs the proxy until the token is cancelled or a signal stops it, and gives the exit code.</summary>
internal delegate Task<int> RunProxy(ConfigSource source, CancellationToken cancellationToken);

/// <summary>The command line: finds the command and runs it. Whatever goes wrong ends as sentences on stderr and an exit code.</summary>
/// <param name="open">The configuration source for the files given with <c>--config</c>.</param>
/// <param name="run">The command <c>run</c>, which is also the one without a name.</param>
internal sealed class CommandLine(Func<IReadOnlyList<string>, ConfigSource> open, RunProxy run, TextWriter output, TextWriter error)
{
    private readonly Option<string[]> _config = new("--config")
    {
        Description = "A JSON file to read after appsettings.json and the environment variables. Repeatable; later files win.",
        HelpName = "FILE",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        // No response files: an argument that starts with @ is an argument.
        var parsed = Commands().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return ReportUsage(parsed);
        try
        {
            // Signals are left to the commands: the proxy drains on its own terms.
            var invocation = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (Exception exception)
        {
            await error.WriteLineAsync($"EdgeProxy failed: {exception.Message}");
            return ExitCode.Failed;
        }
    }

    private RootCommand Commands()
    {
        var root = new RootCommand("A reverse proxy that gets and renews its own certificates. Without a command it runs.") { _config };
        root.SetAction((parsed, cancellationToken) => run(Source(parsed), cancellationToken));
        Add(root, "run", "Starts the proxy (the default).", (source, cancellationToken) => run(source, cancellationToken));
        Add(root, "check", "Checks the configuration: shows every error, or the sites and where their certificates come from.",
            (source, _) => Task.FromResult(new CheckCommand(source, output, error).Run()));
        Add(root, "reload", "Has the running proxy read its configuration and certificate files again, and says whether it took them.",
            (source, cancellationToken) => new ReloadCommand(source, output, error).RunAsync(cancellationToken));
        Add(root, "health", "Asks the running proxy whether it is well.",
            (source, cancellationToken) => new HealthCommand(source, output, error).RunAsync(cancellationToken));
        return root;
    }

    private void Add(RootCommand root, string name, string description, Func<ConfigSource, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, cancellationToken) => action(Source(parsed), cancellationToken));
        root.Add(command);
    }

    private ConfigSource Source(ParseResult parsed) => open(parsed.GetValue(_config) ?? []);

    private int ReportUsage(ParseResult parsed)
    {
        foreach (var problem in parsed.Errors)
            error.WriteLine(problem.Message);
        foreach (var token in parsed.UnmatchedTokens)
        {
            if (Spelling.Closest(token, parsed.RootCommandResult.Command.Children.Select(symbol => symbol.Name)) is { } meant)
                error.WriteLine($"Did you mean {meant}?");
        }

        error.WriteLine("See --help for what there is.");
        return ExitCode.WrongUsage;
    }
}
