using System.Runtime.CompilerServices;
using EdgeProxy.Certificates;

namespace EdgeProxy.Tests.Certificates;

/// <summary>The test process starts as the product does, so that its TLS tests see the product's ciphers.</summary>
internal static class TestProcess
{
    [ModuleInitializer]
    internal static void ApplyTlsDefaults() => TlsDefaults.Apply();
}
