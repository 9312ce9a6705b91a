namespace EdgeProxy.Hosting;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    public const int WrongUsage = 2;

    /// <summary>EX_CONFIG of sysexits.h.</summary>
    public const int InvalidConfiguration = 78;
}
