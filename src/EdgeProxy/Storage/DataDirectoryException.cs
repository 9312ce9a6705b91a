namespace EdgeProxy.Storage;

/// <summary>The data directory cannot be used just now. The message is a sentence for the user: what, where and perhaps what to
/// do.</summary>
internal sealed class DataDirectoryException : IOException
{
    public DataDirectoryException(string message)
        : base(message)
    {
    }

    private DataDirectoryException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Whether <paramref name="exception"/> is what the system throws when a file cannot be read or written.</summary>
    public static bool IsCause(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public static DataDirectoryException CannotRead(Exception cause) =>
        new($"The data directory cannot be read: {Sentence(cause)}", cause);

    public static DataDirectoryException CannotWrite(Exception cause) =>
        new($"The data directory cannot be written: {Sentence(cause)}", cause);

    private static string Sentence(Exception cause)
    {
        // The system's messages come with and without a full stop.
        var text = cause.Message.TrimEnd('.');
        return cause is UnauthorizedAccessException ? $"{text}. It must belong to the user that EdgeProxy runs as." : $"{text}.";
    }
}
