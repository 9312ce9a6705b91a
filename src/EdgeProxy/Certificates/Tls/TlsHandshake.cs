using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Answers "which certificate?" in a handshake. It only reads the table: no lock, no I/O, no await on the way to a
/// certificate.</summary>
internal sealed class TlsHandshake(CertificateTable table, SessionAnchors anchors)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // A TLS 1.2 record with a fatal alert, 112 unrecognized_name (RFC 6066 §3); TLS 1.3 uses the same bytes.
    private static readonly byte[] UnrecognizedNameAlert = [21, 3, 3, 0, 2, 2, 112];

    /// <summary>For <c>ListenOptions.UseHttps</c>.</summary>
    public TlsHandshakeCallbackOptions CreateOptions() => new() { OnConnection = ChooseAsync, HandshakeTimeout = Timeout };

    /// <summary>Whether a client may ask for <paramref name="host"/> on a connection: it named that host in the handshake, or the
    /// certificate that it was shown then is the host's too, or is good for it.</summary>
    /// <param name="connection">The features of the connection, or of a request on it.</param>
    /// <param name="host">In <see cref="Configuration.Model.HostName"/> form.</param>
    /// <returns>True for a connection without TLS of ours.</returns>
    public bool IsAuthoritativeFor(IFeatureCollection connection, string host)
    {
        if (connection.Get<ShownCertificate>() is not { } shown || shown.Name == host)
            return true;
        return table.Find(host) is { } wanted && (wanted == shown.Certificate || shown.Certificate.Covers(host));
    }

    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext context)
    {
        var connection = context.Connection;
        var name = ServerName.ToHostName(context.ClientHelloInfo.ServerName);
        if (Choose(name, (connection.LocalEndPoint as IPEndPoint)?.Address) is not { } certificate)
            return RefuseAsync(connection, context.CancellationToken);

        connection.Features.Set(new ShownCertificate(name, certificate));
        anchors.Touch(certificate);
        return new(certificate.Options);
    }

    private ServingCertificate? Choose(string name, IPAddress? local)
    {
        if (name.Length > 0)
            return table.Find(name);
        return table.Find(PlainAddress.Of(local).ToString()) ?? table.Default;
    }

    /// <summary>Nothing has been sent yet, so the alert can be written past the TLS stream, which has no way to send one of our
    /// choice.</summary>
    private static async ValueTask<SslServerAuthenticationOptions> RefuseAsync(
        ConnectionContext connection, CancellationToken cancellationToken)
    {
        await connection.Transport.Output.WriteAsync(UnrecognizedNameAlert, cancellationToken);
        // Kestrel notes this type at level Debug and closes the connection.
        throw new AuthenticationException("No site has the name that the client asked for.");
    }
}

/// <summary>What a handshake was about, for the requests that come over its connection.</summary>
/// <param name="Name">The name that the client asked for, in <see cref="Configuration.Model.HostName"/> form; empty when it named
/// none.</param>
/// <param name="Certificate">The certificate that it was shown.</param>
internal sealed record ShownCertificate(string Name, ServingCertificate Certificate);
