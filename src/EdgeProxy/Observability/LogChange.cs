namespace EdgeProxy.Observability;

/// <summary>A new section for the log, ready to be put in force unless there is a problem. Without <see cref="Commit"/> nothing
/// changes.</summary>
internal sealed class LogChange(string? problem, Action commit, Action abandon) : IDisposable
{
    /// <summary>Why it cannot be put in force; null when it can.</summary>
    public string? Problem => problem;

    /// <summary>Puts the section in force. Cannot fail.</summary>
    public void Commit() => commit();

    public void Dispose() => abandon();
}
