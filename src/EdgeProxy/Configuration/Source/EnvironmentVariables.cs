using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace EdgeProxy.Configuration.Source;

/// <summary>The environment's variables as flat configuration keys (<c>A__B</c> is <c>A:B</c>), sorted, as they have no order.</summary>
internal sealed class EnvironmentVariables : EnvironmentVariablesConfigurationProvider
{
    private EnvironmentVariables(string prefix)
        : base(prefix)
    {
    }

    /// <param name="prefix">Only variables that begin with it count; it is no part of the key.</param>
    public static IReadOnlyList<KeyValuePair<string, string?>> Read(string prefix)
    {
        var provider = new EnvironmentVariables(prefix);
        provider.Load();
        return [.. provider.Data.OrderBy(pair => pair.Key, ConfigurationKeyComparer.Instance)];
    }
}
