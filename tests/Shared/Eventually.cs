using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Testing;

/// <summary>Waits for what happens on another thread or in another process, with a limit that only a broken product reaches.</summary>
/// <remarks>The message of a wait that fails has the condition as it is written in the test.</remarks>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <param name="condition">What is waited for.</param>
    /// <param name="details">What the message of a failure also says.</param>
    /// <param name="what">The condition in words.</param>
    public static Task BecomesTrueAsync(
        Func<bool> condition, Func<string>? details = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        PollAsync(() => ValueTask.FromResult(condition()), () => { }, what, details, Limit, TestContext.Current.CancellationToken);

    /// <summary>The same, with the fake clock going on by <paramref name="step"/> meanwhile.</summary>
    public static Task BecomesTrueAsync(
        Func<bool> condition,
        FakeTimeProvider time,
        TimeSpan step,
        Func<string>? details = null,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        PollAsync(
            () => ValueTask.FromResult(condition()), () => time.Advance(step), what, details, Limit, TestContext.Current.CancellationToken);

    /// <summary>The same for what has to be asked of somebody else.</summary>
    public static Task BecomesTrueAsync(
        Func<ValueTask<bool>> condition,
        Func<string>? details = null,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        PollAsync(condition, () => { }, what, details, limit ?? Limit, TestContext.Current.CancellationToken);

    internal static Task BecomesTrueAsync(
        Func<ValueTask<bool>> condition, string what, Func<string> details, CancellationToken cancellationToken) =>
        PollAsync(condition, () => { }, what, details, Limit, cancellationToken);

    private static async Task PollAsync(
        Func<ValueTask<bool>> condition,
        Action betweenLooks,
        string what,
        Func<string>? details,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                Assert.Fail($"Within {limit.TotalSeconds} seconds this did not become true: {what}\n{details?.Invoke()}");
            await Task.Delay(10, cancellationToken);
            betweenLooks();
        }
    }
}
