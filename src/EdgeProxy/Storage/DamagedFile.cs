namespace EdgeProxy.Storage;

/// <summary>Moves a file that cannot be used out of the way. It is never deleted: somebody may still need what is in it.</summary>
internal static class DamagedFile
{
    /// <returns>The new path: <c>.damaged</c> appended, with a number where that is taken.</returns>
    public static string SetAside(string path)
    {
        for (var number = 0; ; number++)
        {
            var aside = number == 0 ? path + ".damaged" : $"{path}.damaged.{number}";
            if (File.Exists(aside))
                continue;
            File.Move(path, aside);
            return aside;
        }
    }
}
