namespace EdgeProxy.Acme;

/// <summary>How an <see cref="AcmeClient"/> behaves on the network.</summary>
public sealed record AcmeClientOptions
{
    /// <summary>
    /// How long one request may take, answer included: more than zero, or <see cref="Timeout.InfiniteTimeSpan"/>. 30 seconds by default.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The User-Agent, as RFC 8555 §6.1 demands one: product/version of the program, then of this library.</summary>
    public string UserAgent { get; init; } = $"EdgeProxy.Acme/{typeof(AcmeClientOptions).Assembly.GetName().Version?.ToString(3)}";
}
