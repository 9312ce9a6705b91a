namespace EdgeProxy.Proxy.Upstreams;

/// <summary>The connections to one upstream, shared by all sites that name it alike. Opened with the first request; closed when no site
/// names it any more and no request uses it.</summary>
internal sealed class UpstreamPool(Func<HttpMessageInvoker> create) : IDisposable
{
    private readonly Lock _lock = new();
    private HttpMessageInvoker? _client;
    private int _holders;
    private int _requests;

    /// <summary>Requests that are under way.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Whether a site names it.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>For one request, which calls <see cref="Exit"/> when it is over. A request from before a reload may enter late: it finds
    /// the pool open.</summary>
    public HttpMessageInvoker Enter()
    {
        Interlocked.Increment(ref _requests);
        return Volatile.Read(ref _client) ?? Open();
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _requests) == 0 && !IsHeld)
            Close();
    }

    /// <summary>Closes what is open where no request uses it; the next one opens another.</summary>
    public void CloseIfIdle()
    {
        if (Requests == 0)
            Close();
    }

    /// <summary>A site names it.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>A site names it no more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && Requests == 0)
            Close();
    }

    public void Dispose() => Interlocked.Exchange(ref _client, null)?.Dispose();

    private HttpMessageInvoker Open()
    {
        lock (_lock)
            return _client ??= create();
    }

    private void Close()
    {
        lock (_lock)
        {
            var client = Interlocked.Exchange(ref _client, null);
            // Whoever enters from here on opens another one. Whoever entered before may have this one, and is counted.
            if (client is not null && Requests > 0)
                _client = client;
            else
                client?.Dispose();
        }
    }
}
