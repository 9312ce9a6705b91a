using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Admin;

/// <summary>What the admin port answers to a reload: nothing in <paramref name="Errors"/> when the configuration was taken.</summary>
internal sealed record ReloadAnswer(IReadOnlyList<ConfigError> Errors);
