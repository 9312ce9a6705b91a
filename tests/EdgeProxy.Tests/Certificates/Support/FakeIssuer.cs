using System.Collections.Concurrent;
using System.Text;
using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A CA that behaves as the test wants it to.</summary>
internal sealed class FakeIssuer(TimeProvider time) : ICertificateIssuer
{
    private readonly TestCa _ca = TestCa.CreateRoot("Fake CA");

    public string Authority { get; set; } = "https://fake.example/dir";

    public CertificateKeyType KeyType { get; set; } = CertificateKeyType.P256;

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What happens before a certificate is given: may wait, may throw.</summary>
    public Func<Issuance, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Every request so far.</summary>
    public ConcurrentQueue<Issuance> Requests { get; } = [];

    /// <summary>What each name that asked for a turn said of itself.</summary>
    public ConcurrentQueue<(string Name, bool HasFailed)> Turns { get; } = [];

    public Task<IDisposable> TakeTurnAsync(string name, bool hasFailed, CancellationToken cancellationToken)
    {
        Turns.Enqueue((name, hasFailed));
        return Task.FromResult<IDisposable>(new MemoryStream());
    }

    public async Task<byte[]> IssueAsync(Issuance issuance, CancellationToken cancellationToken)
    {
        Requests.Enqueue(issuance);
        await Before(issuance, cancellationToken);
        return Encoding.ASCII.GetBytes(_ca.IssueFor(issuance.Name, issuance.Key, Lifetime, time.GetUtcNow()));
    }

    public void Dispose()
    {
    }
}
