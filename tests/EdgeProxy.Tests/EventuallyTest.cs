using Xunit.Sdk;

namespace EdgeProxy.Tests;

/// <summary>The waiter of the test kit: a wait that fails has to say what it waited for.</summary>
public class EventuallyTest
{
    [Fact]
    public async Task AWaitThatFailsSaysWhatItWaitedForAndWhatElseIsKnown()
    {
        var names = new List<string>();

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => Eventually.BecomesTrueAsync(
            () => ValueTask.FromResult(names.Contains("a.example")), () => "the log", TimeSpan.Zero));

        Assert.Contains("""names.Contains("a.example")""", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the log", failure.Message, StringComparison.Ordinal);
    }
}
