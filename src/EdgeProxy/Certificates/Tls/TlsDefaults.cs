using System.Runtime.InteropServices;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Has OpenSSL start with the openssl.cnf beside the program. It is the only way to choose ciphers that keeps session resumption:
/// the runtime switches that off where a <c>CipherSuitesPolicy</c> is given. It is in force for outgoing TLS too.</summary>
internal static class TlsDefaults
{
    private const string Variable = "OPENSSL_CONF";

    /// <summary>Must run before anything touches cryptography. A file that the user chose stays in force.</summary>
    public static void Apply()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "openssl.cnf");
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Variable) is null && File.Exists(file))
            _ = SetNativeVariable(Variable, file, 1);
    }

    // Environment.SetEnvironmentVariable changes a copy that native code does not see.
    [DllImport("libc", EntryPoint = "setenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNativeVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
