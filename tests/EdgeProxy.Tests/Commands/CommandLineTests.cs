using EdgeProxy.Hosting;

namespace EdgeProxy.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("", "")]
    [InlineData("run", "")]
    [InlineData("--config a.json", "a.json")]
    [InlineData("--config a.json --config=b.json", "a.json b.json")]
    [InlineData("run --config a.json --config b.json", "a.json b.json")]
    public async Task RunsUnlessAskedForSomethingElse(string args, string files)
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync(args.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(files, string.Join(' ', _run.Ran!));
    }

    [Theory]
    [InlineData("chekc", "Did you mean check?")]
    [InlineData("doctor", "'doctor'")]
    [InlineData("--confg a.json", "Did you mean --config?")]
    [InlineData("--config", "--config")]
    [InlineData("check extra", "'extra'")]
    [InlineData("run --config a.json b.json", "'b.json'")]
    [InlineData("@a.json", "'@a.json'")]
    public async Task WrongUsageIsASentenceAndExitCode2(string args, string sentence)
    {
        Assert.Equal(ExitCode.WrongUsage, await _run.RunAsync(args.Split(' ')));
        Assert.Contains(sentence, _run.Error, StringComparison.Ordinal);
        Assert.Empty(_run.Output);
        Assert.Null(_run.Ran);
    }

    [Theory]
    [InlineData("--help", "reload")]
    [InlineData("check --help", "--config <FILE>")]
    [InlineData("run -h", "--config <FILE>")]
    public async Task Helps(string args, string line)
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync(args.Split(' ')));
        Assert.Contains(line, _run.Output, StringComparison.Ordinal);
        Assert.Null(_run.Ran);
    }

    [Fact]
    public async Task TellsItsVersion()
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync("--version"));
        Assert.Matches(@"^\d+\.\d+\.\d+", _run.Output);
    }

    [Fact]
    public async Task WhateverFailsIsASentenceAndExitCode1()
    {
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("run", "--config", "throws.json"));
        Assert.Equal("EdgeProxy failed: the disk is on fire", _run.Error.Trim());
    }
}
