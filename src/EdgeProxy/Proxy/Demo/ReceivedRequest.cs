using Microsoft.AspNetCore.Http.Features;

namespace EdgeProxy.Proxy.Demo;

/// <summary>A request as the demo upstream received it. The member names are those of its JSON.</summary>
internal sealed record ReceivedRequest(
    string Method, string Target, string Host, string Protocol, IReadOnlyDictionary<string, string> Headers, long BodyLength)
{
    public static async Task<ReceivedRequest> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        return new ReceivedRequest(
            request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            request.Headers.Host.ToString(),
            request.Protocol,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()),
            await LengthAsync(request.Body, context.RequestAborted));
    }

    private static async Task<long> LengthAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var length = 0L;
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            length += read;
        return length;
    }
}
