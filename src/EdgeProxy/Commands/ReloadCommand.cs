using System.Net;
using System.Text.Json;
using EdgeProxy.Admin;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;

namespace EdgeProxy.Commands;

/// <summary><c>reload</c>: has the running proxy read its configuration and certificate files again, and passes on its verdict.</summary>
internal sealed class ReloadCommand(ConfigSource source, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // The admin port is found with an invalid configuration, too: its errors are what the reload reports.
        using var client = await AdminClient.CreateAsync(source, Timeout, cancellationToken);
        if (client is null)
            return Fail("The admin port is switched off (EdgeProxy:Admin:Port is 0): restart the proxy, or send it SIGHUP.");
        return await client.SendAsync(CreateRequest, cancellationToken) switch
        {
            (HttpStatusCode.OK, _) => Taken(),
            (HttpStatusCode.UnprocessableEntity, var body) => Refused(body),
            var (status, _) => Fail($"{client.Address} answered {(int)status}: is that EdgeProxy's admin port (EdgeProxy:Admin:Port)?"),
            null => Fail(Unreachable(client.Address)),
        };
    }

    private static HttpRequestMessage CreateRequest(Uri address) => new(HttpMethod.Post, new Uri(address, AdminEndpoints.Reload))
    {
        Headers = { { AdminEndpoints.CommandHeader, AdminEndpoints.Reload } },
    };

    private int Taken()
    {
        output.WriteLine("configuration taken");
        return ExitCode.Done;
    }

    private int Refused(string body)
    {
        foreach (var problem in ReadErrors(body))
            error.WriteLine(problem);
        error.WriteLine("The configuration was not taken; the old one is still serving.");
        return ExitCode.InvalidConfiguration;
    }

    private static IReadOnlyList<ConfigError> ReadErrors(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<ReloadAnswer>(body, JsonSerializerOptions.Web)?.Errors ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private string Unreachable(Uri address) =>
        $"No answer from {address}: is EdgeProxy running, and is EdgeProxy:Admin:Port the port it was started with?"
        + (source.Load().Config is null
            ? " The configuration on disk is invalid, so the port may be read wrongly: see the command check."
            : "");

    private int Fail(string sentence)
    {
        error.WriteLine(sentence);
        return ExitCode.Failed;
    }
}
