using System.Net;
using System.Text;
using EdgeProxy.Observability;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeProxy.Http;

/// <summary>Connection feature: answers a request that the server refuses by itself on an HTTP/1 connection, in place of the server's
/// empty answer.</summary>
internal sealed class RejectionFeature(RejectionWriter output, IPAddress client, AccessLog log, TimeProvider time)
{
    /// <summary>Whether the server gave the connection up; the client may still be sending.</summary>
    public bool IsRejected { get; private set; }

    /// <summary>Called in the middle of the server's processing, before it has written anything of its own answer.</summary>
    /// <param name="method">Empty when it was not understood.</param>
    /// <param name="responseStarted">Whether part of a response has been sent, so that no other answer can follow.</param>
    public void Reject(int status, string method, bool responseStarted)
    {
        if (IsRejected)
            return;
        IsRejected = true;
        if (responseStarted)
            return;

        var body = HttpMethods.IsHead(method) ? default : ErrorBody.Default(status);
        output.WriteLast(Head(status, ErrorBody.Default(status).Length), body.Span);
        if (log.IsEnabled)
        {
            log.Write(new RequestOutcome
            {
                Client = client,
                Method = method,
                Status = status,
                Bytes = body.Length,
                End = ResponseEnd.Done,
            });
        }
    }

    private byte[] Head(int status, int length) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\n" +
        $"Content-Length: {length}\r\nContent-Type: {ErrorBody.ContentType}\r\nDate: {time.GetUtcNow():R}\r\nConnection: close\r\n\r\n");
}
