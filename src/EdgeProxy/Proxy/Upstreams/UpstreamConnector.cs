using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Proxy.Upstreams;

/// <summary>Opens connections to upstreams: looks the name up each time, and tries every address it has.</summary>
/// <param name="sockets">How many there may be at once.</param>
/// <param name="time">Measures an address's share of the time.</param>
/// <param name="logger">Hears of names that cannot be looked up.</param>
/// <param name="lookup">The system's resolver when null.</param>
/// <param name="trust">Decides on certificates in the system's place.</param>
internal sealed class UpstreamConnector(
    UpstreamSockets sockets, TimeProvider time, ILogger<UpstreamConnector> logger, NameLookup? lookup = null, X509ChainPolicy? trust = null)
{
    private readonly UpstreamNames _names = new(lookup ?? Dns.GetHostAddressesAsync, time, logger);

    /// <param name="endPoint">Name and port.</param>
    /// <param name="timeout">How long all of it may take, as <paramref name="cancellationToken"/> will say. Each address but the last has
    /// a share of it, so that one that stays silent leaves time for the others.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal)
            ? [literal]
            : await _names.FindAsync(endPoint.Host, cancellationToken);
        // Half of the time is left for the connection itself.
        await sockets.TakeAsync(timeout / 2, cancellationToken);
        try
        {
            return new UpstreamStream(await ConnectAsync(addresses, endPoint.Port, timeout, cancellationToken), sockets);
        }
        catch
        {
            sockets.Release();
            throw;
        }
    }

    /// <summary>The certificate must be for the host in the upstream's address, whichever Host header is sent.</summary>
    public async ValueTask<Stream> ConnectTlsAsync(
        DnsEndPoint endPoint, TimeSpan timeout, List<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        var tls = new SslStream(await ConnectAsync(endPoint, timeout, cancellationToken));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = endPoint.Host,
                    ApplicationProtocols = protocols,
                    CertificateChainPolicy = trust,
                },
                cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private async Task<Socket> ConnectAsync(IPAddress[] addresses, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Exception failure = new SocketException((int)SocketError.HostNotFound);
        for (var index = 0; index < addresses.Length; index++)
        {
            var share = index < addresses.Length - 1 ? timeout / addresses.Length : Timeout.InfiniteTimeSpan;
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[index], port), share, cancellationToken);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw failure;
    }

    private async Task<Socket> ConnectAsync(IPEndPoint endPoint, TimeSpan share, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(share, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, either.Token);
            return socket;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            // With the token of the caller, who knows his timeout by it.
            cancellationToken.ThrowIfCancellationRequested();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
