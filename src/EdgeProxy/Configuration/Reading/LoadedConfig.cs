using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Reading;

/// <summary>What one load gave: every key as it came, and what the parser says to it.</summary>
internal sealed record LoadedConfig(IConfigurationRoot Root, ConfigResult Result)
{
    /// <summary>For those who come after a look at <see cref="ConfigResult.Errors"/>.</summary>
    public EdgeConfig Config => Result.Config ?? throw new InvalidOperationException("The configuration has errors.");
}
