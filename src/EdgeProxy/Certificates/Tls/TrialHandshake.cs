using System.Security.Authentication;

namespace EdgeProxy.Certificates.Tls;

/// <summary>Finds out whether clients can connect with a certificate at all, before it is served: which keys TLS takes is known to OpenSSL
/// and its configuration only.</summary>
internal static class TrialHandshake
{
    /// <returns>Null when it works; otherwise why not, in OpenSSL's words.</returns>
    /// <exception cref="TimeoutException">The machine is too busy to tell.</exception>
    public static async Task<string?> FindProblemAsync(ServingCertificate certificate, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await SelfConnection.OpenAsync(certificate, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return Reason(exception.GetBaseException().Message);
        }
    }

    /// <summary>The end of "error:0A0000C1:SSL routines::no shared cipher" or "... failed with OpenSSL error - ee key too
    /// small.".</summary>
    private static string Reason(string message)
    {
        var (colons, dash) = (message.LastIndexOf("::", StringComparison.Ordinal), message.LastIndexOf(" - ", StringComparison.Ordinal));
        var begin = colons >= 0 ? colons + 2 : dash >= 0 ? dash + 3 : 0;
        return message[begin..].Trim().TrimEnd('.');
    }
}
