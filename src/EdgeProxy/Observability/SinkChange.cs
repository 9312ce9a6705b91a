namespace EdgeProxy.Observability;

/// <summary>Puts new sinks in the place of the present ones, on the writer's thread: closes the present ones, so that a file is never open
/// twice, opens the new ones, and lets the writer wait until it is decided which of the two go on.</summary>
internal sealed class SinkChange(LogSinks next)
{
    private readonly TaskCompletionSource<string?> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _decision = new();

    /// <summary>Ends when the new sinks are open, with null, or cannot be opened, with the reason.</summary>
    public Task<string?> Made => _made.Task;

    public void Commit() => _decision.TrySetResult(true);

    /// <summary>Leaves the present sinks in their place; without effect after <see cref="Commit"/>.</summary>
    public void Abandon() => _decision.TrySetResult(false);

    /// <returns>The sinks to go on with.</returns>
    public LogSinks Make(LogSinks present)
    {
        // Given up while the writer was busy.
        if (_decision.Task.IsCompleted)
            return present;
        present.Close();
        try
        {
            next.Open();
        }
        catch (Exception exception)
        {
            _made.SetResult(Logging.Sentence(exception));
            return present;
        }

        _made.SetResult(null);
        if (_decision.Task.GetAwaiter().GetResult())
            return next;
        next.Close();
        return present;
    }
}
