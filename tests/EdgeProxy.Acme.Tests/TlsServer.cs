using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Testing;

namespace EdgeProxy.Acme.Tests;

/// <summary>A server over real TLS that answers every request with the same bytes, or not at all, and then closes.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly byte[]? _answer;
    private readonly Task _loop;

    /// <param name="identity">The certificate to show.</param>
    /// <param name="answer">What to answer; null: nothing, ever.</param>
    public TlsServer(ServerIdentity identity, string? answer)
    {
        _certificate = X509Certificate2.CreateFromPem(identity.CertificatePem, identity.KeyPem);
        _answer = answer is null ? null : Encoding.ASCII.GetBytes(answer);
        Roots = [X509Certificate2.CreateFromPem(identity.RootPem)];
        _listener.Start();
        _loop = ListenAsync();
    }

    public X509Certificate2Collection Roots { get; }

    public Uri Url => new($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/dir");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Stop();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            _ = await tls.ReadAsync(new byte[4096], _stop.Token);
            if (_answer is null)
                await Task.Delay(Timeout.Infinite, _stop.Token);
            await tls.WriteAsync(_answer, _stop.Token);
        }
        catch (IOException)
        {
            // The client went away, as it should from a server it does not trust.
        }
    }
}
