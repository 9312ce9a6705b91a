using Microsoft.AspNetCore.Http;

namespace EdgeProxy.Tests.Http;

public sealed class ErrorMiddlewareTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task AnswersAFailureWithOurBodyAndLogsItOnce()
    {
        await using var server = await StartAsync(context =>
        {
            context.Response.Headers["X-Half"] = "done";
            throw new InvalidOperationException("a secret");
        });
        var response = await server.HttpAsync(Get);
        Assert.Equal(500, response.Status);
        Assert.Equal(
            """{"data": null, "code": "INTERNAL_SERVER_ERROR", "message": "the request failed inside the proxy"}""", response.Body);
        Assert.Null(response.Header("X-Half"));
        Assert.Single(server.Log.Errors);
    }

    [Fact]
    public async Task AResponseThatBreaksOffDoesNotEndAsIfItWereWhole()
    {
        await using var server = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("half");
            throw new InvalidOperationException();
        });
        var response = await server.HttpAsync(Get);
        Assert.DoesNotContain("\r\n0\r\n\r\n", response.All, StringComparison.Ordinal);
        Assert.Single(server.Log.Errors);
        Assert.EndsWith("aborted", Assert.Single(await server.Log.AccessAsync(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMalformedBodyIsTheClientsError()
    {
        await using var server = await StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        var response = await server.HttpAsync("POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n");
        Assert.Equal((400, "close"), (response.Status, response.Header("Connection")));
        Assert.Empty(server.Log.Errors);
    }

    private static Task<EdgeServer> StartAsync(RequestDelegate answer) =>
        EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org") with { HttpsRedirect = false }), answer);
}
