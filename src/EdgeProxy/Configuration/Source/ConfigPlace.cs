namespace EdgeProxy.Configuration.Source;

/// <summary>The surroundings that configuration is looked for in.</summary>
/// <param name="CurrentDirectory">Where appsettings.json is looked for first.</param>
/// <param name="ProgramDirectory">Where appsettings.json is looked for next.</param>
/// <param name="EnvironmentName">The middle of appsettings.{Environment}.json.</param>
/// <param name="VariablePrefix">What environment variables must begin with to count; the rest of their name is the key.</param>
internal sealed record ConfigPlace(string CurrentDirectory, string ProgramDirectory, string EnvironmentName, string VariablePrefix)
{
    public static ConfigPlace OfThisProcess() => new(
        Directory.GetCurrentDirectory(),
        AppContext.BaseDirectory,
        Variable("ASPNETCORE_ENVIRONMENT") ?? Variable("DOTNET_ENVIRONMENT") ?? "Production",
        "");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
