using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Admin;

/// <summary>What the admin port asks the host for.</summary>
/// <param name="IsListening">Whether connections are accepted at every address that is configured.</param>
/// <param name="Errors">What is wrong with the configuration on disk; empty while it is the one in force.</param>
/// <param name="Reload">Reads the configuration again, for the reason given, and says what is wrong with it; nothing when it was
/// taken.</param>
internal sealed record AdminSources(
    Func<bool> IsListening,
    Func<IReadOnlyList<ConfigError>> Errors,
    Func<string, CancellationToken, Task<IReadOnlyList<ConfigError>>> Reload);
