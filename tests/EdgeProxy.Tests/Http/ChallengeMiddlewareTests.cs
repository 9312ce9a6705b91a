namespace EdgeProxy.Tests.Http;

public sealed class ChallengeMiddlewareTests
{
    private const string Folder = "/.well-known/acme-challenge/";

    [Theory]
    [InlineData("example.org")]
    [InlineData("unknown.org")]
    [InlineData("127.0.0.1:80")]
    [InlineData("")]
    public async Task AnswersAKnownTokenWhateverTheHost(string host)
    {
        await using var server = await Started();
        var response = await server.HttpAsync($"GET {Folder}to-K_en HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.Equal((200, "to-K_en.thumb", "text/plain"), (response.Status, response.Body, response.Header("Content-Type")));
    }

    [Fact]
    public async Task AnswersForTheOtherProcessesOnTheDataDirectory()
    {
        await using var server = await Started();
        var response = await server.HttpAsync($"GET {Folder}{EdgeServer.SharedToken} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal((200, $"{EdgeServer.SharedToken}.shared"), (response.Status, response.Body));
    }

    [Fact]
    public async Task AnswersHeadWithoutABody()
    {
        await using var server = await Started();
        var response = await server.HttpAsync($"HEAD {Folder}to-K_en HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal((200, "", "13"), (response.Status, response.Body, response.Header("Content-Length")));
    }

    [Fact]
    public async Task AnswersAnAbsoluteTarget()
    {
        await using var server = await Started();
        var response = await server.HttpAsync($"GET http://a{Folder}to-K_en HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal((200, "to-K_en.thumb"), (response.Status, response.Body));
    }

    [Theory]
    [InlineData(Folder)]
    [InlineData(Folder + "unknown")]
    [InlineData(Folder + "to-K_en/")]
    [InlineData(Folder + "to-K_en?x")]
    [InlineData(Folder + "to%2DK_en")]
    [InlineData(Folder + "/to-K_en")]
    [InlineData(Folder + "../to-K_en")]
    [InlineData(Folder + "../../etc/passwd")]
    [InlineData(Folder + "%2e%2e/%2e%2e/")]
    [InlineData(Folder + "..%2f..%2fetc/passwd")]
    [InlineData(Folder + "..\\..\\windows")]
    [InlineData(Folder + "../../" + Folder + "to-K_en")]
    [InlineData("/x/.." + Folder + "to-K_en")]
    [InlineData("/%2ewell-known/acme-challenge/to-K_en")]
    [InlineData("/.well-known/acme%2Dchallenge/to-K_en")]
    [InlineData("/.well-known/./acme-challenge/to-K_en")]
    public async Task EverythingElseInTheFolderIsNotFound(string target)
    {
        await using var server = await Started();
        var response = await server.HttpAsync($"GET {target} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
        Assert.Equal(404, response.Status);
        Assert.StartsWith("""{"data": null, "code": "NOT_FOUND",""", response.Body, StringComparison.Ordinal);
        Assert.Empty(server.Arrivals);
    }

    [Theory]
    [InlineData("/.well-known/acme-challenge")]
    [InlineData("//.well-known/acme-challenge/to-K_en")]
    [InlineData("/.well-known//acme-challenge/to-K_en")]
    [InlineData("/.well-known/other")]
    [InlineData("/x" + Folder + "to-K_en")]
    public async Task WhatIsNotInTheFolderIsAnyRequest(string target)
    {
        await using var server = await Started();
        var response = await server.HttpAsync($"GET {target} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
        Assert.Equal((301, $"https://example.org{target}"), (response.Status, response.Header("Location")));
    }

    [Fact]
    public async Task OtherMethodsAreNotFound()
    {
        await using var server = await Started();
        Assert.Equal(404, (await server.HttpAsync($"DELETE {Folder}to-K_en HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).Status);
    }

    [Fact]
    public async Task OnHttpsTheUpstreamsOwnChallengesPass()
    {
        await using var server = await Started();
        Assert.Equal("to-K_en.thumb", (await server.HttpsAsync(Get("to-K_en"))).Body);
        Assert.Equal("from the end", (await server.HttpsAsync(Get("theirs"))).Body);
        Assert.Equal("from the end", (await server.HttpsAsync(Get("../../x"))).Body);
        Assert.Equal([$"{Folder}theirs", $"{Folder}../../x"], server.Arrivals.Select(arrival => arrival.RawTarget));

        static string Get(string token) => $"GET {Folder}{token} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n";
    }

    private static async Task<EdgeServer> Started()
    {
        var server = await EdgeServer.StartAsync(EdgeServer.Config(EdgeServer.Site("example.org")));
        server.Challenges.Add("to-K_en", "to-K_en.thumb");
        return server;
    }
}
