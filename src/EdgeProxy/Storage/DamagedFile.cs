namespace EdgeProxy.Storage;

/// <summary>Moves a file that cannot be used out of the way. It is never deleted: somebody may still need what is in it.</summary>
internal static class DamagedFile
{
    /// <returns>The new path: <c>.damaged</c> appended, with a number where that is taken; null when there was no such file.</returns>
    public static string? SetAside(string path)
    {
        for (var number = 0; File.Exists(path); number++)
        {
            var aside = number == 0 ? path + ".damaged" : $"{path}.damaged.{number}";
            if (Path.Exists(aside))
                continue;
            File.Move(path, aside);
            PrivateFolder.FlushEntries(Path.GetDirectoryName(path)!);
            return aside;
        }

        return null;
    }
}
