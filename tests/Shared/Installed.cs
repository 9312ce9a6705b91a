namespace EdgeProxy.Testing;

/// <summary>
/// The real programs that tests talk to. A test that needs a missing one is skipped, or fails where EDGEPROXY_REQUIRE_SERVERS is 1.
/// </summary>
public static class Installed
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin"];

    /// <summary>The path of a program in the PATH.</summary>
    public static string Program(string name) =>
        Require(Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? name);

    /// <summary>The path of a program that is only unpacked, under <c>$EDGEPROXY_TOOLS/usr/bin</c>: the newest Pebble and Caddy.</summary>
    public static string Unpacked(string name) => Require(Path.Combine(Tools(), "usr", "bin", name));

    internal static string Require(string path)
    {
        if (File.Exists(path))
            return path;
        var what = $"{path} is not installed; tests/install-servers.sh does it";
        if (Environment.GetEnvironmentVariable("EDGEPROXY_REQUIRE_SERVERS") == "1")
            throw new InvalidOperationException(what);
        Assert.Skip(what);
        return path;
    }

    private static string Tools() => Environment.GetEnvironmentVariable("EDGEPROXY_TOOLS") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "edgeproxy-tools");
}
