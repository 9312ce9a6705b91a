using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace EdgeProxy.Proxy;

/// <summary>Looks a name up; what it returns is tried in that order.</summary>
internal delegate Task<IPAddress[]> NameLookup(string name, CancellationToken cancel);

/// <summary>Opens connections to upstreams: looks the name up each time, and tries every address it has.</summary>
/// <param name="lookup">The system's resolver when null.</param>
/// <param name="trust">Decides on certificates in the system's place.</param>
internal sealed class UpstreamConnector(NameLookup? lookup = null, X509ChainPolicy? trust = null)
{
    private readonly NameLookup _lookup = lookup ?? Dns.GetHostAddressesAsync;

    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancel)
    {
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await _lookup(endPoint.Host, cancel);
        Exception failure = new SocketException((int)SocketError.HostNotFound);
        foreach (var address in addresses)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, endPoint.Port), cancel);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw failure;
    }

    /// <summary>The certificate must be for the host in the upstream's address, whichever Host header is sent.</summary>
    public async ValueTask<Stream> ConnectTlsAsync(DnsEndPoint endPoint, List<SslApplicationProtocol> protocols, CancellationToken cancel)
    {
        var tls = new SslStream(await ConnectAsync(endPoint, cancel));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = endPoint.Host,
                    ApplicationProtocols = protocols,
                    CertificateChainPolicy = trust,
                },
                cancel);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint endPoint, CancellationToken cancel)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancel);
            return new UpstreamStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
