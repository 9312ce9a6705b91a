using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace EdgeProxy.Acme;

public sealed partial class AcmeClient
{
    /// <summary>Orders a certificate for <paramref name="identifiers"/> (RFC 8555 §7.4).</summary>
    /// <param name="identifiers">The names, at least one.</param>
    /// <param name="profile">One of the CA's profiles (draft-ietf-acme-profiles), or null for its default.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<AcmeOrder> CreateOrderAsync(
        IReadOnlyList<AcmeIdentifier> identifiers, string? profile = null, CancellationToken cancellationToken = default)
    {
        var directory = await GetDirectoryAsync(cancellationToken);
        var payload = new JsonObject { ["identifiers"] = new JsonArray([.. identifiers.Select(ToJson)]) };
        if (profile is not null)
            payload["profile"] = Offered(profile, directory);
        var response = await PostAsync(directory.NewOrder, payload, cancellationToken);
        var url = response.Location ?? throw new AcmeException($"{response.Url} answered without the order's URL (a Location header).");
        return ReadOrder(response, url);
    }

    /// <summary>Reads an order (RFC 8555 §7.1.3) by a POST-as-GET (§6.3).</summary>
    public async Task<AcmeOrder> GetOrderAsync(Uri orderUrl, CancellationToken cancellationToken = default) =>
        ReadOrder(await PostAsync(orderUrl, null, cancellationToken), orderUrl);

    /// <summary>Hands in the signing request (PKCS#10, DER) of an order that is ready (RFC 8555 §7.4).</summary>
    public async Task<AcmeOrder> FinalizeOrderAsync(
        AcmeOrder order, ReadOnlyMemory<byte> csr, CancellationToken cancellationToken = default)
    {
        var payload = new JsonObject { ["csr"] = Base64Url.EncodeToString(csr.Span) };
        return ReadOrder(await PostAsync(order.Finalize, payload, cancellationToken), order.Url);
    }

    private static AcmeOrder ReadOrder(AcmeResponse response, Uri url) => response.Read(AcmeJson.Default.AcmeOrder).From(response, url);

    private static JsonNode ToJson(AcmeIdentifier identifier) =>
        new JsonObject { ["type"] = identifier.Type, ["value"] = identifier.Value };

    private string Offered(string profile, AcmeDirectory directory)
    {
        // draft-ietf-acme-profiles §4: "The client MUST NOT request a profile name that is not advertised in the server's
        // Directory metadata object."
        var offered = directory.Meta?.Profiles?.Keys ?? [];
        if (offered.Contains(profile, StringComparer.Ordinal))
            return profile;
        var choice = offered.Any() ? $"it has {string.Join(", ", offered)}" : "it has no profiles";
        throw AcmeException.Permanent($"The CA at {_directoryUrl} does not offer the profile \"{profile}\": {choice}.");
    }
}
