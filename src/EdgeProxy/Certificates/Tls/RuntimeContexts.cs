namespace EdgeProxy.Certificates.Tls;

/// <summary>The runtime's own cache of OpenSSL contexts, one for each certificate that a handshake used, with the keys of its session
/// tickets.</summary>
internal static class RuntimeContexts
{
    // The runtime looks for contexts without a connection whenever their count reaches a multiple of this.
    private const int Interval = 32;

    /// <summary>Has the runtime destroy all contexts that no connection uses. They would stay in memory with their keys until
    /// enough others are made, so this makes others.</summary>
    public static async Task DropUnusedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var throwaway = PlaceholderFactory.Create("self", now);
        for (var count = 0; count < Interval; count++)
        {
            throwaway.ForgetSessions();
            await using var connection = await SelfConnection.OpenAsync(throwaway, cancellationToken);
        }
    }
}
