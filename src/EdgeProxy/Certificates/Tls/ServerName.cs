using System.Globalization;
using System.Text;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Tls;

/// <summary>The name that a client asks for in its hello (SNI), as sites are known.</summary>
internal static class ServerName
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <param name="decoded">As .NET hands it over: it has decoded the A-labels that the client sent, sites are known by A-labels.</param>
    /// <returns>In <see cref="HostName"/> form; allocates only where it differs from what came in.</returns>
    public static string ToHostName(string decoded) => HostName.FromWire(Ascii.IsValid(decoded) ? decoded : Encode(decoded));

    private static string Encode(string decoded)
    {
        try
        {
            return Idn.GetAscii(decoded);
        }
        catch (ArgumentException)
        {
            // The client sent bytes that are no name, so no site will be found for them.
            return decoded;
        }
    }
}
