using System.Text;
using System.Text.Json;
using EdgeProxy.Http;

namespace EdgeProxy.Tests.Http;

public sealed class ErrorBodyTests
{
    [Fact]
    public void IsByteForByteWhatNginxWasConfiguredToSay() => Assert.Equal(
        """{"data": null, "code": "BAD_GATEWAY", "message": "received an invalid response from the upstream server"}""",
        Text(502));

    [Theory]
    [InlineData(400, "BAD_REQUEST")]
    [InlineData(404, "NOT_FOUND")]
    [InlineData(413, "PAYLOAD_TOO_LARGE")]
    [InlineData(418, "I'M_A_TEAPOT")]
    [InlineData(421, "MISDIRECTED_REQUEST")]
    [InlineData(431, "REQUEST_HEADER_FIELDS_TOO_LARGE")]
    [InlineData(503, "SERVICE_UNAVAILABLE")]
    [InlineData(504, "GATEWAY_TIMEOUT")]
    [InlineData(599, "STATUS_599")]
    public void HasACodeForEveryStatus(int status, string code)
    {
        var members = JsonDocument.Parse(Text(status)).RootElement.EnumerateObject().ToArray();
        Assert.Equal(["data", "code", "message"], members.Select(member => member.Name));
        Assert.Equal(code, members[1].Value.GetString());
    }

    private static string Text(int status) => Encoding.UTF8.GetString(ErrorBody.Default(status).Span);
}
