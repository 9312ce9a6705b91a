using System.Net;
using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Admin;

/// <summary>What the admin listener answers: liveness, readiness, and the reload command.</summary>
internal static class AdminEndpoints
{
    /// <summary>A reload must carry it: a browser lets no page send such a header to another origin without asking first.</summary>
    public const string CommandHeader = "X-EdgeProxy-Command";

    public const string Reload = "reload";

    public static void Map(IApplicationBuilder admin)
    {
        admin.UseRouting();
        admin.UseEndpoints(endpoints =>
        {
            endpoints.MapGet("/healthz", () => Results.Text("healthy\n"));
            endpoints.MapGet("/readyz", Ready);
            endpoints.MapPost($"/{Reload}", ReloadAsync);
        });
    }

    private static IResult Ready(IHostApplicationLifetime lifetime, AdminSources sources)
    {
        var serves = lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;
        var listening = sources.IsListening();
        var ready = serves && listening;
        var configuration = sources.Errors().Count == 0 ? "valid" : "invalid: the last good one is serving";
        var listeners = listening ? "open" : "not all open; see the log";
        return Results.Text(
            $"{(ready ? "ready" : "not ready")}\nconfiguration {configuration}\nlisteners {listeners}\n",
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReloadAsync(HttpContext context, AdminSources sources)
    {
        if (context.Request.Headers[CommandHeader] != Reload)
            return Results.Text($"send the header {CommandHeader}: {Reload}\n", statusCode: StatusCodes.Status403Forbidden);
        if (!IsLocalName(context.Request.Host.Host))
            return Results.Text("call the admin port by its address, not by a name\n", statusCode: StatusCodes.Status403Forbidden);

        var errors = await sources.Reload("reload command", context.RequestAborted);
        return Results.Json(
            new ReloadAnswer(errors),
            statusCode: errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    // A name that an attacker's DNS points here (rebinding) would make a browser treat this port as the attacker's own origin.
    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);
}

/// <summary>What the admin port answers to a reload: nothing in <paramref name="Errors"/> when the configuration was taken.</summary>
internal sealed record ReloadAnswer(IReadOnlyList<ConfigError> Errors);
