using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates;

/// <summary>A keeper with a data directory of its own, a CA that does what the test wants, and a clock that the test moves.</summary>
public abstract class RenewalStage : IAsyncDisposable
{
    private protected RenewalStage()
    {
        Issuer = new FakeIssuer(Time);
        Keeper = CreateKeeper();
    }

    private protected static CertificateSource Issued { get; } =
        new CertificateSource.Acme(new AcmeConfig { DirectoryUrl = new Uri("https://fake.example/dir") });

    private protected static CertificateSource IssuedOtherwise { get; } =
        new CertificateSource.Acme(new AcmeConfig { DirectoryUrl = new Uri("https://fake.example/dir"), Email = "ops@example.org" });

    private protected TestFolder Folder { get; } = new();

    private protected TestLog Log { get; } = new();

    private protected CountingTime Time { get; } = new();

    private protected FakeIssuer Issuer { get; }

    private protected CertificateTable Table { get; set; } = new();

    private protected CertificateKeeper Keeper { get; set; }

    private protected string DataDirectory => Folder.File("data");

    public async ValueTask DisposeAsync()
    {
        await Keeper.StopAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string PathOf(string name, string file) => Path.Combine(DataDirectory, "certificates", name, file);

    private protected string ReadFile(string name, string file) => File.ReadAllText(PathOf(name, file));

    private protected void Apply(params string[] names) => Keeper.Apply(TestConfig.Create(DataDirectory, Issued, names));

    private protected async Task RestartAsync(params string[] names)
    {
        await Keeper.StopAsync();
        Table = new CertificateTable();
        Keeper = CreateKeeper();
        Apply(names);
    }

    private protected CertificateKeeper CreateKeeper() => new(Table, (_, _) => Issuer, Time, new Random(1), Log);

    /// <summary>Puts a PEM pair into the folder.</summary>
    private protected CertificateSource FilesWith(ServerPem pair) =>
        new CertificateSource.File(Folder.Write("chain.pem", pair.Chain), Folder.Write("key.pem", pair.Key));

    private protected Task AllIssuedAsync() => Eventually.BecomesTrueAsync(
        () => Keeper.Statuses.All(status => status.State is CertificateState.Issued), () => Log.Text);

    /// <summary>A second process on the same data directory, with the same CA.</summary>
    private protected sealed class OtherProcess : IAsyncDisposable
    {
        public OtherProcess(RenewalStage stage) => Keeper = new(Table, (_, _) => stage.Issuer, stage.Time, new Random(2), stage.Log);

        public CertificateTable Table { get; } = new();

        public CertificateKeeper Keeper { get; }

        public ValueTask DisposeAsync() => new(Keeper.StopAsync());
    }
}
