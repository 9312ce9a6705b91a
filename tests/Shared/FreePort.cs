using System.Net;
using System.Net.Sockets;

namespace EdgeProxy.Testing;

/// <summary>Loopback ports that nobody listens on, for TCP and UDP alike.</summary>
/// <remarks>
/// Taken below Linux's ephemeral range (32768 and up), so that no outgoing connection takes one between the check and its use,
/// and never twice in one test run.
/// </remarks>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 22_000;

    // Test processes that run at the same time have ids close to each other; a large factor keeps their ports far apart.
    private static int _last = Environment.ProcessId * 7919;

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port))
                return port;
        }
        throw new InvalidOperationException("No loopback port is free.");
    }

    private static bool IsFree(int port)
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
