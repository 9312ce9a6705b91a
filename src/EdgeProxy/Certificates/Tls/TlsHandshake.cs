using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Answers "which certificate?" in a handshake. It only reads the table: no lock, no I/O, no await on the way to a certificate.</summary>
internal sealed class TlsHandshake(CertificateTable table, SessionAnchors anchors)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // A TLS 1.2 record with a fatal alert, 112 unrecognized_name (RFC 6066 §3); TLS 1.3 uses the same bytes.
    private static readonly byte[] UnrecognizedNameAlert = [21, 3, 3, 0, 2, 2, 112];

    /// <summary>For <c>ListenOptions.UseHttps</c>.</summary>
    public TlsHandshakeCallbackOptions CreateOptions() => new() { OnConnection = ChooseAsync, HandshakeTimeout = Timeout };

    /// <summary>Whether a client that named <paramref name="tlsName"/> (empty when it named none: then <paramref name="local"/>, the address
    /// it connected to, decided) and was shown that name's certificate may ask for <paramref name="host"/> on the same connection: the
    /// certificate is the same, or is good for both.</summary>
    public bool SharesCertificate(string tlsName, IPAddress? local, string host)
    {
        var name = HostName.FromWire(tlsName);
        if (name == host)
            return true;
        var shown = Choose(name, local);
        var wanted = table.Find(host);
        if (shown is null || wanted is null)
            return false;
        return ReferenceEquals(shown, wanted) || shown.Leaf.Thumbprint == wanted.Leaf.Thumbprint || shown.Covers(host);
    }

    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext context)
    {
        var name = HostName.FromWire(context.ClientHelloInfo.ServerName);
        var certificate = Choose(name, (context.Connection.LocalEndPoint as IPEndPoint)?.Address);
        if (certificate is null)
            return RefuseAsync(context.Connection, context.CancellationToken);

        anchors.Touch(certificate);
        return new(certificate.Options);
    }

    private ServingCertificate? Choose(string name, IPAddress? local)
    {
        if (name.Length > 0)
            return table.Find(name);
        return table.Find(PlainAddress.Of(local).ToString()) ?? table.Default;
    }

    /// <summary>Nothing has been sent yet, so the alert can be written past the TLS stream, which has no way to send one of our choice.</summary>
    private static async ValueTask<SslServerAuthenticationOptions> RefuseAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        await connection.Transport.Output.WriteAsync(UnrecognizedNameAlert, cancellationToken);
        // Kestrel notes this type at level Debug and closes the connection.
        throw new AuthenticationException("No site has the name that the client asked for.");
    }
}
