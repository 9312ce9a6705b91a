namespace EdgeProxy.Acme.Tests;

/// <summary>Writes down what it was asked to do; can be told to fail.</summary>
internal sealed class RecordingSolver : IChallengeSolver
{
    public string ChallengeType { get; init; } = Http01.ChallengeType;

    /// <summary>present NAME, await NAME, clean NAME, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What was presented, in order.</summary>
    public List<AcmeChallengeContext> Contexts { get; } = [];

    public Exception? FailToPresent { get; init; }

    /// <summary>How long a proof takes to become visible; no time at all unless said otherwise.</summary>
    public Func<AcmeChallengeContext, CancellationToken, Task> BecomesVisible { get; init; } = (_, _) => Task.CompletedTask;

    public Exception? FailToCleanUp { get; init; }

    public ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        Calls.Add($"present {context.Identifier}");
        Contexts.Add(context);
        return FailToPresent is null ? ValueTask.CompletedTask : ValueTask.FromException(FailToPresent);
    }

    public ValueTask WaitUntilVisibleAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        Calls.Add($"await {context.Identifier}");
        return new(BecomesVisible(context, cancellationToken));
    }

    public ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken)
    {
        Calls.Add($"clean {context.Identifier}");
        return FailToCleanUp is null ? ValueTask.CompletedTask : ValueTask.FromException(FailToCleanUp);
    }
}
