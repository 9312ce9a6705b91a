using EdgeProxy.Admin;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Hosting.Listening;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeProxy.Tests;

/// <summary>
/// What the product's listeners and pipeline ask the container for, where a test has neither certificates nor reload. A test replaces
/// what it is about.
/// </summary>
internal static class EdgeServices
{
    public static IServiceCollection AddEdge(this IServiceCollection services, CurrentSites sites) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton(sites)
        .AddSingleton<AccessLog>()
        .AddSingleton<ConnectionLimit>()
        .AddSingleton<RejectionMiddleware>()
        .AddSingleton<ChallengeTable>()
        .AddSingleton<FindSharedChallenge>((_, _) => Task.FromResult<string?>(null))
        .AddSingleton<CertificateScope>((_, _) => true)
        .AddSingleton(new AdminSources(() => true, () => [], (_, _) => Task.FromResult<IReadOnlyList<ConfigError>>([])));

    /// <summary>Sets a port up as the product does.</summary>
    public static void SetUp(ListenOptions listener, ListenerKind kind, TlsHandshakeCallbackOptions? tls = null)
    {
        var all = listener.ApplicationServices;
        Listeners.SetUp(
            listener, kind, all.GetRequiredService<ConnectionLimit>(), tls!, all.GetRequiredService<RejectionMiddleware>());
    }
}
