namespace EdgeProxy.EndToEnd;

/// <summary>The real programs that tests talk to. A test that needs a missing one is skipped, or fails where they are required.</summary>
public static class Installed
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin"];

    /// <summary>The path of a program in the PATH.</summary>
    public static string Program(string name)
    {
        var path = Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return path ?? Missing($"{name} is not installed");
    }

    /// <summary>The path of a program that is only unpacked: the newest Caddy.</summary>
    public static string Unpacked(string name)
    {
        var folder = Environment.GetEnvironmentVariable("EDGEPROXY_TOOLS") is { Length: > 0 } tools
            ? tools
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "edgeproxy-tools");
        var path = Path.Combine(folder, "usr", "bin", name);
        return File.Exists(path) ? path : Missing($"{path} is missing");
    }

    private static string Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("EDGEPROXY_REQUIRE_SERVERS") == "1") Assert.Fail($"{what}; tests/install-servers.sh installs it");
        Assert.Skip(what);
        return "";
    }
}
