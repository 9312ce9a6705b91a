using System.Runtime.InteropServices;

namespace EdgeProxy.Hosting.Listening;

/// <summary>How many connections the machine has room for.</summary>
internal static class DescriptorLimit
{
    // RLIMIT_NOFILE
    private const int OpenFilesOfLinux = 7;
    private const int OpenFilesOfMac = 8;

    /// <summary>For files of the program, of the data directory and of the log, and for the runtime: it ends the process where it gets no
    /// descriptor for the code it compiles.</summary>
    private const ulong Reserve = 300;

    /// <summary>What an idle TLS connection takes, rounded up.</summary>
    private const long BytesPerConnection = 48 * 1024;

    private const int Least = 16;

    /// <summary>What descriptors allow, and no more than half of the memory holds.</summary>
    /// <returns>At least 16.</returns>
    public static int DefaultMaxConnections()
    {
        var byMemory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / BytesPerConnection;
        return (int)Math.Clamp(byMemory, Least, OneSide());
    }

    /// <summary>What each of the two sides, clients and upstreams, may have of the descriptors: half.</summary>
    /// <returns>At least 16.</returns>
    public static int OneSide() =>
        OpenFiles() is var files && files > Reserve ? (int)Math.Clamp((files - Reserve) / 2, Least, int.MaxValue) : Least;

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
