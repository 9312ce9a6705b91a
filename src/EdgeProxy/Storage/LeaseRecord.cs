using System.Text.Json;

namespace EdgeProxy.Storage;

/// <summary>The content of a lease's file.</summary>
/// <param name="Owner">Different for each time that a lease is taken.</param>
/// <param name="Holder">The process that has it.</param>
/// <param name="Signs">How many signs of life it has given.</param>
internal sealed record LeaseRecord(string Owner, ProcessIdentity Holder, long Signs)
{
    public static LeaseRecord Create() => new(Guid.NewGuid().ToString("N"), ProcessIdentity.Current, 0);

    /// <summary>Null for what is none, such as a file that is just being written.</summary>
    public static LeaseRecord? TryParse(byte[] content)
    {
        try
        {
            var record = JsonSerializer.Deserialize<LeaseRecord>(content, DataDirectoryJson.Format);
            return record is { Owner: not null, Holder: not null } ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DataDirectoryJson.Format);
}
