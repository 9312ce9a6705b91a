using System.Text.Json.Nodes;

namespace EdgeProxy.Acme;

public sealed partial class AcmeClient
{
    /// <summary>Reads an authorization (RFC 8555 §7.5).</summary>
    public async Task<AcmeAuthorization> GetAuthorizationAsync(Uri authorizationUrl, CancellationToken cancellationToken = default) =>
        ReadAuthorization(await PostAsync(authorizationUrl, null, cancellationToken), authorizationUrl);

    /// <summary>Tells the CA that the proof is in place and may be looked at (RFC 8555 §7.5.1).</summary>
    public async Task<AcmeChallenge> RespondAsync(AcmeChallenge challenge, CancellationToken cancellationToken = default)
    {
        var url = challenge.Url ?? throw new AcmeException($"The CA offers {challenge.Type} without a URL to respond to.");
        // RFC 8555 §8.3: the response is an empty JSON object, unlike the empty body of a POST-as-GET.
        var response = await PostAsync(url, [], cancellationToken);
        return response.Read(AcmeJson.Default.AcmeChallenge) with { Url = url, RetryAfter = response.RetryAfter };
    }

    /// <summary>Gives an authorization up (RFC 8555 §7.5.2).</summary>
    public async Task<AcmeAuthorization> DeactivateAuthorizationAsync(Uri authorizationUrl, CancellationToken cancellationToken = default)
    {
        var payload = new JsonObject { ["status"] = "deactivated" };
        return ReadAuthorization(await PostAsync(authorizationUrl, payload, cancellationToken), authorizationUrl);
    }

    private static AcmeAuthorization ReadAuthorization(AcmeResponse response, Uri url) =>
        response.Read(AcmeJson.Default.AcmeAuthorization).From(response, url);
}
