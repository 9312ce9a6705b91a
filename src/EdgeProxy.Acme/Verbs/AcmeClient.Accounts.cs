using System.Text;
using System.Text.Json.Nodes;

namespace EdgeProxy.Acme;

public sealed partial class AcmeClient
{
    /// <summary>Registers the key, or finds the account it has already (RFC 8555 §7.3).</summary>
    public async Task<AcmeAccount> CreateAccountAsync(AccountRequest request, CancellationToken cancellationToken = default)
    {
        var directory = await GetDirectoryAsync(cancellationToken);
        var payload = new JsonObject { ["termsOfServiceAgreed"] = request.TermsOfServiceAgreed };
        if (request.Contacts.Count > 0)
            payload["contact"] = ToArray(request.Contacts);
        if (request.ExternalAccountBinding is { } binding)
            payload["externalAccountBinding"] = Jws.Bind(binding, _key, directory.NewAccount);
        else if (directory.Meta?.ExternalAccountRequired == true)
            throw AcmeException.Permanent($"The CA at {_directoryUrl} needs an external account: its key id and HMAC key.");
        return ReadAccount(await PostAsync(directory.NewAccount, payload, _key, null, cancellationToken));
    }

    /// <summary>Finds the account of the key without making one (RFC 8555 §7.3.1); null when there is none.</summary>
    public async Task<AcmeAccount?> FindAccountAsync(CancellationToken cancellationToken = default)
    {
        var directory = await GetDirectoryAsync(cancellationToken);
        try
        {
            var payload = new JsonObject { ["onlyReturnExisting"] = true };
            return ReadAccount(await PostAsync(directory.NewAccount, payload, _key, null, cancellationToken));
        }
        catch (AcmeException exception) when (exception.IsAccountMissing)
        {
            return null;
        }
    }

    /// <summary>Reads the account (RFC 8555 §7.1.2) by a POST-as-GET (§6.3).</summary>
    public async Task<AcmeAccount> GetAccountAsync(CancellationToken cancellationToken = default) =>
        ReadAccount(await PostAccountAsync(null, cancellationToken));

    /// <summary>Replaces the account's contacts (RFC 8555 §7.3.2).</summary>
    public async Task<AcmeAccount> UpdateAccountAsync(IReadOnlyList<string> contacts, CancellationToken cancellationToken = default) =>
        ReadAccount(await PostAccountAsync(new JsonObject { ["contact"] = ToArray(contacts) }, cancellationToken));

    /// <summary>Gives the account up for good (RFC 8555 §7.3.6).</summary>
    public async Task<AcmeAccount> DeactivateAccountAsync(CancellationToken cancellationToken = default) =>
        ReadAccount(await PostAccountAsync(new JsonObject { ["status"] = "deactivated" }, cancellationToken));

    /// <summary>
    /// Puts <paramref name="newKey"/> in the place of the account's key (RFC 8555 §7.3.5). Afterwards this client is of no more use:
    /// make another with the new key.
    /// </summary>
    public async Task ChangeKeyAsync(AcmeAccountKey newKey, CancellationToken cancellationToken = default)
    {
        var keyChange = Offered((await GetDirectoryAsync(cancellationToken)).KeyChange, "a change of keys");
        var change = new JsonObject { ["account"] = KnownAccountUrl.AbsoluteUri, ["oldKey"] = JsonNode.Parse(_key.PublicJwk) };
        // RFC 8555 §7.3.5: the inner JWS is signed by the new key, has its "jwk", the outer's "url" and no nonce.
        var inner = Jws.Sign(newKey, account: null, nonce: null, keyChange, change.ToJsonString());
        await PostAsync(keyChange, JsonNode.Parse(Encoding.UTF8.GetString(inner))!.AsObject(), cancellationToken);
    }

    private Task<AcmeResponse> PostAccountAsync(JsonObject? payload, CancellationToken cancellationToken) =>
        PostAsync(KnownAccountUrl, payload, cancellationToken);

    private AcmeAccount ReadAccount(AcmeResponse response)
    {
        // RFC 8555 §7.3: the account's URL is in the Location header. Some CAs leave it out when the account is known already.
        _accountUrl = response.Location ?? _accountUrl
            ?? throw new AcmeException($"{response.Url} answered without the account's URL (a Location header).");
        return response.Read(AcmeJson.Default.AcmeAccount) with { Url = _accountUrl };
    }

    private static JsonArray ToArray(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];
}
