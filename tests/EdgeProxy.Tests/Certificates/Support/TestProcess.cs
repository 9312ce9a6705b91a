using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using EdgeProxy.Certificates.Tls;

// The tests read file modes and other things that only Unix has.
[assembly: SupportedOSPlatform("linux")]

namespace EdgeProxy.Tests.Certificates;

/// <summary>The test process starts as the product does, so that its TLS tests see the product's ciphers.</summary>
internal static class TestProcess
{
    [ModuleInitializer]
    internal static void ApplyTlsDefaults() => TlsDefaults.Apply();
}
