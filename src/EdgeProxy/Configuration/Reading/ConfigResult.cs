using System.Collections.Immutable;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>What parsing gave: a configuration, or everything that is wrong with it; never both, never neither.</summary>
internal sealed class ConfigResult
{
    private ConfigResult(EdgeConfig? config, ImmutableArray<ConfigError> errors) => (Config, Errors) = (config, errors);

    /// <summary>Null when there are errors.</summary>
    public EdgeConfig? Config { get; }

    /// <summary>Empty when there is a configuration.</summary>
    public ImmutableArray<ConfigError> Errors { get; }

    public static ConfigResult Valid(EdgeConfig config) => new(config, []);

    public static ConfigResult Invalid(IEnumerable<ConfigError> errors) => new(null, [.. errors.Distinct()]);
}
