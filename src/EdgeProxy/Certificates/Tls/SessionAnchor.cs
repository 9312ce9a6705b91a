namespace EdgeProxy.Certificates.Tls;

/// <summary>Keeps the sessions of one certificate resumable for as long as its connection is open.</summary>
internal sealed class SessionAnchor(ServingCertificate certificate, long now)
{
    private const long Never = long.MaxValue;

    private long _lastUsed = now;
    private long _retryFrom = Never;

    public ServingCertificate Certificate => certificate;

    /// <summary>Timestamp of the last handshake that used the certificate.</summary>
    public long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }

    /// <summary>Null before it is opened, and after that failed.</summary>
    public SelfConnection? Connection { get; set; }

    /// <summary>Notes that opening it failed, and the timestamp from which it may be tried again.</summary>
    public void Fail(long retryFrom) => Volatile.Write(ref _retryFrom, retryFrom);

    /// <summary>True for one caller, once, after the time to try again has come.</summary>
    public bool BeginRetry(long timestamp)
    {
        var from = Volatile.Read(ref _retryFrom);
        return timestamp >= from && Interlocked.CompareExchange(ref _retryFrom, Never, from) == from;
    }

    public async ValueTask CloseAsync()
    {
        if (Connection is { } connection)
            await connection.DisposeAsync();
        Connection = null;
    }
}
