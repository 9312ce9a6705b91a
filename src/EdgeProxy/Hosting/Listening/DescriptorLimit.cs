using System.Runtime.InteropServices;

namespace EdgeProxy.Hosting.Listening;

/// <summary>How many connections the machine has room for, where the configuration does not say.</summary>
internal static class DescriptorLimit
{
    // RLIMIT_NOFILE
    private const int OpenFilesOfLinux = 7;
    private const int OpenFilesOfMac = 8;

    /// <summary>For files of the program, of the data directory and of the log, and for the runtime: it ends the process where it gets no
    /// descriptor for the code it compiles.</summary>
    private const ulong Reserve = 160;

    /// <summary>What an idle TLS connection takes, rounded up.</summary>
    private const long BytesPerConnection = 48 * 1024;

    /// <summary>Each of its two sides, clients and upstreams, may have half of the descriptors; and no more clients than half of the memory
    /// holds.</summary>
    /// <returns>At least 16.</returns>
    public static int DefaultMaxConnections()
    {
        var byMemory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / BytesPerConnection;
        var byDescriptors = OpenFiles() is var files && files > Reserve ? (long)Math.Min((files - Reserve) / 2, int.MaxValue) : 0;
        return (int)Math.Clamp(Math.Min(byMemory, byDescriptors), 16, int.MaxValue);
    }

    private static ulong OpenFiles()
    {
        if (OperatingSystem.IsWindows())
            return ulong.MaxValue;
        return GetLimit(OperatingSystem.IsMacOS() ? OpenFilesOfMac : OpenFilesOfLinux, out var limit) == 0 ? limit.Current : 1024;
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ResourceLimit
    {
        public readonly ulong Current;
        public readonly ulong Maximum;
    }
}
