namespace EdgeProxy.Configuration.Reading;

/// <summary>One thing wrong with the configuration: where (<c>EdgeProxy:Domains:example.org:Upstream</c>), and a sentence with what to do.</summary>
internal sealed record ConfigError(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}
