using EdgeProxy.Admin;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Http;
using EdgeProxy.Observability;
using EdgeProxy.Sites;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeProxy.Tests;

/// <summary>
/// What the product's pipeline asks the container for, where a test has neither certificates nor reload. A test replaces what it is about.
/// </summary>
internal static class EdgeServices
{
    public static IServiceCollection AddEdge(this IServiceCollection services, CurrentSites sites) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton(sites)
        .AddSingleton<AccessLog>()
        .AddSingleton<ChallengeTable>()
        .AddSingleton<FindSharedChallenge>((_, _) => Task.FromResult<string?>(null))
        .AddSingleton<CertificateScope>((_, _) => true)
        .AddSingleton(new AdminSources(() => true, () => [], (_, _) => Task.FromResult<IReadOnlyList<ConfigError>>([])));
}
