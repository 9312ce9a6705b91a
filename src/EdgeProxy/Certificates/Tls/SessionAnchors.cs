using System.Collections.Concurrent;
using System.Threading.Channels;
using EdgeProxy.Observability;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Keeps TLS sessions resumable with many certificates, but none for longer than a day. The runtime forgets the session keys of
/// every certificate without an open connection whenever 32 of them have gathered; a connection with ourselves, left open in memory, holds
/// them. At most <c>limit</c> certificates are held; one that was not used for a while makes way for one that is.</summary>
internal sealed class SessionAnchors : IAsyncDisposable
{
    /// <summary>About 60 KB each.</summary>
    private const int DefaultLimit = 512;

    // Without it, certificates that are all in use would push each other out at every handshake, once there are more than the limit.
    private static readonly TimeSpan MinimumIdleTime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(5);

    // Whoever gets hold of the keys can read what was sent in TLS 1.2 sessions since they were made.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    private readonly CertificateTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _limit;
    private readonly ConcurrentDictionary<ServingCertificate, SessionAnchor> _anchors = [];
    private readonly Channel<SessionAnchor> _wanted = Channel.CreateBounded<SessionAnchor>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Task _work;
    private int _open;
    private long _fullUntil = long.MinValue;

    public SessionAnchors(CertificateTable table, TimeProvider time, ILogger<SessionAnchors> logger, int limit = DefaultLimit)
    {
        _table = table;
        _time = time;
        _logger = logger;
        _limit = limit;
        _work = Task.WhenAll(UntilStoppedAsync(OpenWantedAsync), UntilStoppedAsync(RenewKeysDailyAsync));
    }

    /// <summary>Notes that a handshake uses the certificate. Never waits; the costly part happens in the background.</summary>
    public void Touch(ServingCertificate certificate)
    {
        if (certificate.IsPlaceholder)
            return;
        var now = _time.GetTimestamp();
        if (!_anchors.TryGetValue(certificate, out var anchor))
        {
            if (now >= Volatile.Read(ref _fullUntil) && _anchors.TryAdd(certificate, anchor = new SessionAnchor(certificate, now)))
                Want(anchor);
            return;
        }

        anchor.LastUsed = now;
        if (anchor.BeginRetry(now))
            Want(anchor);
    }

    /// <summary>Whether the certificate's sessions are kept resumable now.</summary>
    public bool Holds(ServingCertificate certificate) => _anchors.TryGetValue(certificate, out var anchor) && anchor.Connection is not null;

    /// <summary>Has every certificate use new session keys, and has the runtime destroy the old ones.</summary>
    public async Task RenewKeysAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var served = _table.Cells.Select(cell => cell.Certificate).OfType<ServingCertificate>().ToHashSet();
            foreach (var certificate in served)
                certificate.ForgetSessions();
            foreach (var anchor in _anchors.Values.Where(anchor => anchor.Connection is not null || !served.Contains(anchor.Certificate)))
            {
                await CloseAsync(anchor);
                if (served.Contains(anchor.Certificate))
                    await OpenAsync(anchor);
                else
                    _anchors.TryRemove(anchor.Certificate, out _);
            }

            Volatile.Write(ref _fullUntil, long.MinValue);
            await RuntimeContexts.DropUnusedAsync(_time.GetUtcNow(), cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work;
        foreach (var anchor in _anchors.Values)
            await CloseAsync(anchor);
        _anchors.Clear();
        _stopping.Dispose();
        _changing.Dispose();
    }

    private void Want(SessionAnchor anchor)
    {
        if (!_wanted.Writer.TryWrite(anchor))
            _anchors.TryRemove(anchor.Certificate, out _);
    }

    private async Task UntilStoppedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task OpenWantedAsync()
    {
        await foreach (var anchor in _wanted.Reader.ReadAllAsync(_stopping.Token))
        {
            await _changing.WaitAsync(_stopping.Token);
            try
            {
                if (IsCurrent(anchor) && (_open < _limit || await MakeRoomAsync()))
                    await OpenAsync(anchor);
                else
                    _anchors.TryRemove(KeyValuePair.Create(anchor.Certificate, anchor));
            }
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
            {
                NotKept(anchor, exception);
            }
            finally
            {
                _changing.Release();
            }
        }
    }

    // The anchor may have been removed while it waited, because its certificate was replaced.
    private bool IsCurrent(SessionAnchor anchor) => _anchors.GetValueOrDefault(anchor.Certificate) == anchor;

    private async Task RenewKeysDailyAsync()
    {
        using var timer = new PeriodicTimer(KeyLifetime, _time);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            try
            {
                await RenewKeysAsync(_stopping.Token);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _logger.LogError(
                    EdgeEvent.SessionKeysNotRenewed.Id(),
                    exception, "The keys of TLS sessions could not be renewed; that is tried again in a day");
            }
        }
    }

    private async Task OpenAsync(SessionAnchor anchor)
    {
        try
        {
            anchor.Connection = await SelfConnection.OpenAsync(anchor.Certificate, _stopping.Token);
            _open++;
        }
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
        {
            anchor.Fail(Later(_time.GetTimestamp(), RetryDelay));
            NotKept(anchor, exception);
        }
    }

    // Only resumption suffers, and real handshakes report what is wrong with a certificate.
    private void NotKept(SessionAnchor anchor, Exception exception) => _logger.LogDebug(
        EdgeEvent.SessionsNotKept.Id(),
        exception, "Cannot keep the TLS sessions of {Certificate} resumable", anchor.Certificate.Leaf.Subject);

    private async Task CloseAsync(SessionAnchor anchor)
    {
        if (anchor.Connection is null)
            return;
        await anchor.CloseAsync();
        _open--;
    }

    /// <summary>Closes the anchor that was not used for the longest time, if that is long enough; otherwise none is asked for until it will
    /// be.</summary>
    private async Task<bool> MakeRoomAsync()
    {
        var now = _time.GetTimestamp();
        if (now < _fullUntil)
            return false;
        var idlest = _anchors.Values.Where(anchor => anchor.Connection is not null).MinBy(anchor => anchor.LastUsed);
        var idleFrom = Later(idlest?.LastUsed ?? now, MinimumIdleTime);
        if (idlest is null || now < idleFrom)
        {
            Volatile.Write(ref _fullUntil, idleFrom);
            return false;
        }

        await CloseAsync(idlest);
        _anchors.TryRemove(idlest.Certificate, out _);
        return true;
    }

    private long Later(long timestamp, TimeSpan delay) => timestamp + (long)(delay.TotalSeconds * _time.TimestampFrequency);
}
