using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeProxy.Tests.Proxy;

/// <summary>The certificate of an upstream, and an edge that trusts it.</summary>
internal static class UpstreamTls
{
    public static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    public static void Trust(IServiceCollection services, X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        services.AddSingleton(new UpstreamConnector(
            new UpstreamSockets(int.MaxValue), TimeProvider.System, NullLogger<UpstreamConnector>.Instance, trust: policy));
    }
}
