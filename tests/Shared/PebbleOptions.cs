using System.Text.Json.Nodes;

namespace EdgeProxy.Testing;

/// <summary>How a <see cref="PebbleProcess"/> is set up. The defaults are strict and unkind on purpose.</summary>
public sealed record PebbleOptions
{
    public PebbleVersion Version { get; init; } = PebbleVersion.Current;

    /// <summary>Pebble's <c>-strict</c>: announces API changes by already making them.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>The port on which http-01 is validated; 0 chooses a free one.</summary>
    public int HttpPort { get; init; }

    /// <summary>The port on which tls-alpn-01 is validated; 0 chooses a free one.</summary>
    public int TlsPort { get; init; }

    /// <summary>Percentage of valid nonces that are refused with badNonce.</summary>
    public int NonceReject { get; init; } = 50;

    /// <summary>Percentage of authorizations that a new order takes over from an earlier one.</summary>
    public int AuthorizationReuse { get; init; }

    /// <summary>Intermediates in an issued chain, between leaf and root.</summary>
    public int ChainLength { get; init; } = 3;

    /// <summary>Further roots, each with an alternate chain.</summary>
    public int AlternateRoots { get; init; }

    /// <summary>Key id to base64url HMAC key. Not empty: new accounts need an external account binding.</summary>
    public IReadOnlyDictionary<string, string> ExternalAccountKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Profile name to validity in seconds (2.10 and later).</summary>
    public IReadOnlyDictionary<string, int> Profiles { get; init; } = new Dictionary<string, int>();

    /// <summary>Names that the CA refuses with rejectedIdentifier.</summary>
    public IReadOnlyList<string> BlockedNames { get; init; } = [];

    /// <summary>Seconds that Pebble 2.10 asks clients to wait between polls.</summary>
    public int RetryAfter { get; init; } = 1;

    /// <summary>Further environment variables (<c>PEBBLE_...</c>); they win over the ones the options set.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    internal Dictionary<string, string?> AllVariables()
    {
        var variables = new Dictionary<string, string?>
        {
            ["PEBBLE_VA_NOSLEEP"] = "1",
            ["PEBBLE_VA_ALWAYS_VALID"] = null,
            ["PEBBLE_WFE_NONCEREJECT"] = NonceReject.ToString(),
            ["PEBBLE_AUTHZREUSE"] = AuthorizationReuse.ToString(),
            ["PEBBLE_CHAIN_LENGTH"] = ChainLength.ToString(),
            ["PEBBLE_ALTERNATE_ROOTS"] = AlternateRoots.ToString(),
        };
        foreach (var (name, value) in Environment)
            variables[name] = value;
        return variables;
    }

    internal string ToJson(int port, int managementPort, string certificatePath, string keyPath)
    {
        var pebble = new JsonObject
        {
            ["listenAddress"] = $"127.0.0.1:{port}",
            ["managementListenAddress"] = $"127.0.0.1:{managementPort}",
            ["certificate"] = certificatePath,
            ["privateKey"] = keyPath,
            ["httpPort"] = HttpPort,
            ["tlsPort"] = TlsPort,
            ["ocspResponderURL"] = "",
            // ECDSA keys are faster to make than RSA ones. Pebble 2.4 ignores the option.
            ["keyAlgorithm"] = "ecdsa",
            ["domainBlocklist"] = new JsonArray([.. BlockedNames.Select(name => JsonValue.Create(name))]),
            ["retryAfter"] = new JsonObject { ["authz"] = RetryAfter, ["order"] = RetryAfter },
            ["externalAccountBindingRequired"] = ExternalAccountKeys.Count > 0,
            ["externalAccountMACKeys"] = new JsonObject(
                ExternalAccountKeys.Select(key => KeyValuePair.Create(key.Key, (JsonNode?)key.Value))),
        };
        if (Profiles.Count > 0)
            pebble["profiles"] = new JsonObject(
                Profiles.Select(profile => KeyValuePair.Create(profile.Key, (JsonNode?)Profile(profile.Key, profile.Value))));
        return new JsonObject { ["pebble"] = pebble }.ToJsonString();
    }

    private static JsonObject Profile(string name, int seconds) =>
        new JsonObject { ["description"] = $"The profile {name}", ["validityPeriod"] = seconds };
}
