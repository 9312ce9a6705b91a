using EdgeProxy.Storage;
using EdgeProxy.Tests.Certificates;

namespace EdgeProxy.Tests.Storage;

public sealed class AdminAddressTests : IDisposable
{
    private static readonly AdminAddress Own = AdminAddress.Of(new Uri("http://127.0.0.1:9180/"));

    private readonly TestFolder _data = new();
    private readonly IDataDirectory _directory;

    public AdminAddressTests() => _directory = TestStores.Directory(_data.Path);

    [Fact]
    public async Task WhatAProcessWroteIsFoundUntilItRemovesIt()
    {
        Assert.Null(await AdminAddress.ReadAsync(_directory, Token));

        await Own.WriteAsync(_directory, Token);
        Assert.Equal(Own, await AdminAddress.ReadAsync(_directory, Token));

        await Own.RemoveAsync(_directory, Token);
        Assert.Empty(Directory.GetFileSystemEntries(_data.Path));
    }

    [Fact]
    public async Task NobodyRemovesWhatAnotherProcessWrote()
    {
        var other = Own with { Process = new ProcessIdentity("other", 1, "elsewhere", 1) };
        await Own.WriteAsync(_directory, Token);
        await other.WriteAsync(_directory, Token);

        await Own.RemoveAsync(_directory, Token);

        Assert.Equal(other, await AdminAddress.ReadAsync(_directory, Token));
    }

    [Fact]
    public async Task TheAddressOfAProcessThatHasEndedIsNone()
    {
        // No process has started before the kernel, so this one cannot be running.
        await (Own with { Process = Own.Process with { Started = -1 } }).WriteAsync(_directory, Token);

        Assert.Null(await AdminAddress.ReadAsync(_directory, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{ half")]
    [InlineData("{}")]
    [InlineData("{ \"url\": \"http://127.0.0.1:9180/\" }")]
    public async Task WhatIsDamagedIsNone(string content)
    {
        _data.Write("admin.json", content);

        Assert.Null(await AdminAddress.ReadAsync(_directory, Token));
    }

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
