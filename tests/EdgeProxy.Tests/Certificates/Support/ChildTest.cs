namespace EdgeProxy.Tests.Certificates;

/// <summary>Runs one test of this assembly in a process of its own, for what is settled when a process starts.</summary>
internal static class ChildTest
{
    public static async Task RunAsync(Type type, string method, Dictionary<string, string?> environment)
    {
        var result = await Tool.RunAsync("dotnet", Arguments(type, method), environment: environment);

        Assert.True(result.ExitCode == 0 && result.Output.Contains("Total: 1,", StringComparison.Ordinal), result.ToString());
    }

    /// <summary>For a test that does not end by itself.</summary>
    public static ChildProcess Start(Type type, string method, Dictionary<string, string?> environment) =>
        ChildProcess.Start("dotnet", Arguments(type, method), environment);

    private static string[] Arguments(Type type, string method) =>
        [typeof(ChildTest).Assembly.Location, "-method", $"{type.FullName}.{method}"];
}
