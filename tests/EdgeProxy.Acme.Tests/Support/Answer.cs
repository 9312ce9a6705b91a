using System.Net;
using System.Text;

namespace EdgeProxy.Acme.Tests;

/// <summary>Answers to give to a <see cref="FakeCa"/>.</summary>
internal static class Answer
{
    /// <summary>A header that only says: send no nonce with this answer.</summary>
    public const string NoNonce = "X-No-Nonce";

    public static Func<HttpResponseMessage> Json(string json, params (string Name, string Value)[] headers) =>
        Text(200, "application/json", json, headers);

    public static Func<HttpResponseMessage> Created(string json, Uri? location) =>
        Text(201, "application/json", json, location is null ? [] : [("Location", location.OriginalString)]);

    public static Func<HttpResponseMessage> Problem(int status, string type, string detail, params (string Name, string Value)[] headers) =>
        Text(status, "application/problem+json", $$"""{"type":"urn:ietf:params:acme:error:{{type}}","detail":"{{detail}}"}""", headers);

    public static Func<HttpResponseMessage> Pem(string pem, params (string Name, string Value)[] headers) =>
        Text(200, "application/pem-certificate-chain", pem, headers);

    public static Func<HttpResponseMessage> Empty(params (string Name, string Value)[] headers) => Text(200, null, "", headers);

    public static Func<HttpResponseMessage> Text(
        int status, string? mediaType, string text, params (string Name, string Value)[] headers) =>
        () =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
            if (mediaType is not null)
                response.Content.Headers.ContentType = new(mediaType);
            foreach (var (name, value) in headers)
                response.Headers.TryAddWithoutValidation(name, value);
            return response;
        };
}
