using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>What parsing gave: a configuration, or everything that is wrong with it; never both, never neither.</summary>
internal sealed class ConfigResult<T>
    where T : class
{
    private ConfigResult(T? config, ValueList<ConfigError> errors) => (Config, Errors) = (config, errors);

    /// <summary>Null when there are errors.</summary>
    public T? Config { get; }

    /// <summary>Empty when there is a configuration.</summary>
    public ValueList<ConfigError> Errors { get; }

    public static ConfigResult<T> Valid(T config) => new(config, []);

    public static ConfigResult<T> Invalid(IEnumerable<ConfigError> errors) => new(null, [.. errors.Distinct()]);
}

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Path">Where, such as <c>EdgeProxy:Domains:example.org:Upstream</c>.</param>
/// <param name="Message">A sentence with what to do.</param>
internal sealed record ConfigError(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}
