using System.Globalization;
using System.Text.Json.Serialization;

namespace EdgeProxy.Storage;

/// <summary>A process, named so that another on the same machine can find out whether it has ended. A number alone would not do: it is
/// used again, and means another process in another container.</summary>
/// <param name="Host">The machine's name, for people.</param>
/// <param name="Space">Where the number is valid: in this container, until the kernel restarts. Null where the system does not say.</param>
/// <param name="Started">When it started, in the kernel's ticks since its own start.</param>
internal sealed record ProcessIdentity(string Host, int Id, string? Space, long Started)
{
    public static ProcessIdentity Current { get; } = FindCurrent();

    /// <summary>Whether it has ended for certain. False for what cannot be known from here.</summary>
    [JsonIgnore]
    public bool IsGone => Space is not null && Space == Current.Space && ReadStart(Id) != Started;

    public override string ToString() => $"process {Id} on {Host}";

    private static ProcessIdentity FindCurrent()
    {
        var id = Environment.ProcessId;
        var (space, started) = (FindSpace(), ReadStart(id) ?? 0);
        return new ProcessIdentity(Environment.MachineName, id, started == 0 ? null : space, started);
    }

    private static string? FindSpace()
    {
        // Where /proc/self leads to the number that we know, /proc is the one of this container.
        try
        {
            return new FileInfo("/proc/self").LinkTarget == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
                && new FileInfo("/proc/self/ns/pid").LinkTarget is { } numbering
                    ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {numbering}"
                    : null;
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            return null;
        }
    }

    /// <summary>Null when there is no such process, or it has ended and its parent has not been told yet (a zombie).</summary>
    private static long? ReadStart(int id)
    {
        try
        {
            // proc(5): the name is in parentheses and may hold anything; the state is the first field behind it, the start the twentieth.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // There is none, or it ended while it was being read.
            return null;
        }
    }
}
