namespace EdgeProxy.EndToEnd;

/// <summary>
/// Processes with mounts of their own, which nobody else sees and which end with them: a full disk, a read-only folder, another /etc/hosts.
/// </summary>
/// <remarks>
/// A script is followed by a name for itself and the program to start: <c>unshare -m sh -c SCRIPT sh PROGRAM ARGUMENTS</c>.
/// </remarks>
public static class Mounts
{
    private const string ThenStart = " && exec \"$@\"";

    /// <summary>The command that runs a script in a mount namespace. Skips the test where mounting is not permitted.</summary>
    public static async Task<string[]> RequireAsync()
    {
        string[] launcher = ["unshare", "--mount", "sh", "-c"];
        var trial = await Tool.RunAsync(launcher[0], [.. launcher[1..], "mount -t tmpfs none /mnt"]);
        Assert.SkipUnless(trial.ExitCode == 0, $"Mounting is not permitted here: {trial.Error}");
        return launcher;
    }

    /// <summary>/etc/hosts is this file.</summary>
    public static string Hosts(string path) => $"mount --bind '{path}' /etc/hosts{ThenStart}";

    /// <summary>This folder can be read and not written.</summary>
    public static string ReadOnly(string folder) => $"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}'{ThenStart}";

    /// <summary>This folder is a disk of its own, of so many kilobytes.</summary>
    public static string SmallDisk(string folder, int kilobytes) => $"mount -t tmpfs -o size={kilobytes}k none '{folder}'{ThenStart}";
}
