using System.Globalization;

namespace EdgeProxy.EndToEnd;

/// <summary>
/// What a test measured and asserts nothing about: shown with its output, and appended to $EDGEPROXY_TEST_FIGURES where that is set.
/// </summary>
public static class Figures
{
    public static void Report(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("EDGEPROXY_TEST_FIGURES") is { Length: > 0 } path)
            File.AppendAllText(path, line + "\n");
    }
}

/// <summary>How often a test does something: seldom in a normal run, as often as a variable says in tests/Acceptance.</summary>
public static class Amount
{
    public static int Of(string variable, int normally) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : normally;
}
