using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace EdgeProxy.Acme.Tests;

/// <summary>What a client sent, taken apart.</summary>
internal sealed record FakeRequest(HttpMethod Method, string Path, string? ContentType, byte[]? Body, string UserAgent)
{
    /// <summary>The protected header of the JWS.</summary>
    public JsonElement Header => JsonDocument.Parse(Part("protected")).RootElement;

    /// <summary>The payload of the JWS as text; empty for a POST-as-GET.</summary>
    public string Payload => Part("payload");

    public string? Nonce => Header.GetProperty("nonce").GetString();

    private string Part(string name)
    {
        var jws = JsonDocument.Parse(Body).RootElement;
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(jws.GetProperty(name).GetString()));
    }
}
