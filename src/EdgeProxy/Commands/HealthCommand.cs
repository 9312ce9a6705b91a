using System.Net;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Hosting;

namespace EdgeProxy.Commands;

/// <summary><c>health</c>: one line and 0 or 1, for a container's HEALTHCHECK.</summary>
internal sealed class HealthCommand(ConfigSource source, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var client = await AdminClient.CreateAsync(source, Timeout, cancellationToken);
        if (client is null)
            return Fail("The admin port is switched off (EdgeProxy:Admin:Port is 0), so nobody can be asked.");
        switch (await client.SendAsync(
            address => new HttpRequestMessage(HttpMethod.Get, new Uri(address, "healthz")), cancellationToken))
        {
            case (HttpStatusCode.OK, _):
                output.WriteLine("healthy");
                return ExitCode.Done;
            case var (status, _):
                return Fail($"unhealthy: {client.Address}healthz answered {(int)status}.");
            default:
                return Fail($"No answer from {client.Address} within {Timeout.TotalSeconds:0} seconds: is EdgeProxy running?");
        }
    }

    private int Fail(string sentence)
    {
        error.WriteLine(sentence);
        return ExitCode.Failed;
    }
}
