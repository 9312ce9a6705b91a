using System.Threading.Channels;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Keeps TLS sessions resumable with many certificates. The runtime forgets the session keys of every certificate without an open
/// connection whenever 32 of them have gathered; a connection with ourselves, left open in memory, holds them. At most <c>limit</c>
/// certificates are held; one that was not used for a while makes way for one that is.</summary>
internal sealed class SessionAnchors : IAsyncDisposable
{
    /// <summary>About 60 KB each.</summary>
    private const int DefaultLimit = 512;

    // Without it, more certificates in use than places would push each other out at every handshake.
    private static readonly TimeSpan MinimumIdleTime = TimeSpan.FromMinutes(5);

    private readonly CertificateTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _limit;
    private readonly Channel<ServingCertificate> _wanted = Channel.CreateBounded<ServingCertificate>(
        new BoundedChannelOptions(4096) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Dictionary<ServingCertificate, SelfConnection> _held = [];
    private readonly Task _work;

    public SessionAnchors(CertificateTable table, TimeProvider time, ILogger<SessionAnchors> logger, int limit = DefaultLimit)
    {
        _table = table;
        _time = time;
        _logger = logger;
        _limit = limit;
        _work = WorkAsync();
    }

    /// <summary>Notes that a handshake uses the certificate. Never waits; the costly part happens in the background.</summary>
    public void Touch(ServingCertificate certificate)
    {
        certificate.LastUsed = _time.GetTimestamp();
        if (!certificate.IsPlaceholder && !certificate.IsAnchored)
            certificate.IsAnchored = _wanted.Writer.TryWrite(certificate);
    }

    public async ValueTask DisposeAsync()
    {
        _wanted.Writer.TryComplete();
        await _work;
        foreach (var connection in _held.Values)
            await connection.DisposeAsync();
        _held.Clear();
    }

    private async Task WorkAsync()
    {
        await foreach (var certificate in _wanted.Reader.ReadAllAsync())
        {
            try
            {
                await AnchorAsync(certificate);
            }
            catch (Exception error)
            {
                // Only resumption suffers, and real handshakes report what is wrong with a certificate.
                _logger.LogDebug(error, "Cannot keep the TLS sessions of {Certificate} resumable", certificate.Leaf.Subject);
            }
        }
    }

    private async Task AnchorAsync(ServingCertificate certificate)
    {
        if (_held.ContainsKey(certificate))
            return;
        await ReleaseReplacedAsync();
        if (_held.Count >= _limit && !await MakeRoomAsync())
        {
            certificate.IsAnchored = false;
            return;
        }

        _held.Add(certificate, await SelfConnection.OpenAsync(certificate));
    }

    private async Task ReleaseReplacedAsync()
    {
        var served = _table.Certificates.ToHashSet();
        foreach (var certificate in _held.Keys.Where(held => !served.Contains(held)).ToList())
            await ReleaseAsync(certificate);
    }

    private async Task<bool> MakeRoomAsync()
    {
        var idlest = _held.Keys.MinBy(certificate => certificate.LastUsed);
        if (idlest is null || _time.GetElapsedTime(idlest.LastUsed) < MinimumIdleTime)
            return false;
        await ReleaseAsync(idlest);
        return true;
    }

    private async Task ReleaseAsync(ServingCertificate certificate)
    {
        if (_held.Remove(certificate, out var connection))
            await connection.DisposeAsync();
        certificate.IsAnchored = false;
    }
}
