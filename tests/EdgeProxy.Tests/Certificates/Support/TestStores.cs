using EdgeProxy.Certificates.Stored;
using EdgeProxy.Storage;

namespace EdgeProxy.Tests.Certificates;

/// <summary>Opens a folder as the data directory, as each process on it does.</summary>
internal static class TestStores
{
    public static IDataDirectory Directory(string path, TestLog? log = null) =>
        new FileDataDirectory(path, TimeProvider.System, (log ?? new TestLog()).For<FileDataDirectory>());

    public static Task<Stores> OpenAsync(string path, TimeProvider? time = null, TestLog? log = null) =>
        Stores.OpenAsync(path, time ?? TimeProvider.System, log ?? new TestLog(), TestContext.Current.CancellationToken);
}
