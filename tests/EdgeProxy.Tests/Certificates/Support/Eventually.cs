using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Waits for what happens on another thread, with a limit that only a broken product reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Task BecomesTrueAsync(Func<bool> condition, Func<string>? otherwise = null) => BecomesTrueAsync(condition, () => { }, otherwise);

    /// <summary>The same, with the fake clock going on by <paramref name="step"/> meanwhile.</summary>
    public static Task BecomesTrueAsync(Func<bool> condition, FakeTimeProvider time, TimeSpan step, Func<string>? otherwise = null) =>
        BecomesTrueAsync(condition, () => time.Advance(step), otherwise);

    private static async Task BecomesTrueAsync(Func<bool> condition, Action betweenLooks, Func<string>? otherwise)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, otherwise?.Invoke() ?? "It did not happen.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
            betweenLooks();
        }
    }
}
