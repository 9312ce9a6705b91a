using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Storage;
using EdgeProxy.Tests.Storage;

namespace EdgeProxy.Tests.Certificates.Stored;

/// <summary>The folder of one name as every crash, and every other accident, can leave it.</summary>
public sealed class CertificateStoreTests : IDisposable
{
    private const string Name = "a.example";

    private static readonly TestCa Ca = TestCa.CreateRoot();
    private static readonly ServerPem Old = Ca.Issue(Name);
    private static readonly ServerPem New = Ca.Issue(Name);

    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();
    private readonly CertificateStore _store;

    public CertificateStoreTests() => _store = CreateStore();

    [Fact]
    public async Task AnEmptyFolderHoldsNothing()
    {
        Assert.Null(await LoadAsync(_store));
        Assert.Null(await LoadStateAsync(_store));
        Assert.Null(await _store.LoadNextKeyAsync(Name, CertificateKeyType.P256, Token));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task KilledAfterStoringTheNextKey()
    {
        Lay(chain: null, key: null, nextKey: New.Key);

        Assert.Null(await LoadAsync(_store));
        Assert.Equal(["next.key"], Files());
        Assert.NotNull(await _store.LoadNextKeyAsync(Name, CertificateKeyType.P256, Token));
    }

    [Fact]
    public async Task KilledWhileARenewalIsPending()
    {
        Lay(Old.Chain, Old.Key, New.Key);

        await AssertServesAsync(Old.Chain);
        Assert.Equal(["fullchain.pem", "next.key", "privkey.pem"], Files());
    }

    [Fact]
    public async Task KilledBetweenTheFirstCertificateAndItsKey()
    {
        Lay(New.Chain, key: null, New.Key);

        await AssertServesAsync(New.Chain);
        Assert.Equal(["fullchain.pem", "privkey.pem"], Files());
        Assert.Equal(New.Key, Read("privkey.pem"));
    }

    [Fact]
    public async Task KilledBetweenARenewedCertificateAndItsKey()
    {
        Lay(New.Chain, Old.Key, New.Key);

        await AssertServesAsync(New.Chain);
        Assert.Equal(New.Key, Read("privkey.pem"));
        Assert.Contains("interrupted", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeCompletedIsServedAndItsKeyKept()
    {
        using var disk = SmallDisk.Mount();
        var folder = Directory.CreateDirectory(disk.File($"certificates/{Name}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "fullchain.pem"), New.Chain, Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "next.key"), New.Key, Token);
        var store = new CertificateStore(TestStores.Directory(disk.Path), _log.For<CertificateStore>());

        disk.MakeReadOnly();
        await Assert.ThrowsAsync<DataDirectoryException>(() => store.RepairAsync(Name, Token));
        Assert.NotNull((await store.LoadAsync(Name, Token)).Certificate);
        disk.MakeWritable();

        Assert.NotNull(await LoadAsync(store));
        Assert.Equal(New.Key, await File.ReadAllTextAsync(Path.Combine(folder, "privkey.pem"), Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LookingChangesNothing(bool hasNextKey)
    {
        // These files are there while another process replaces one pair by another.
        Lay(New.Chain, Old.Key, hasNextKey ? New.Key : null);
        var before = Files().ToList();

        var stored = await _store.LoadAsync(Name, Token);

        Assert.True(stored.NeedsRepair);
        Assert.Equal(hasNextKey, stored.Certificate is not null);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task KilledBetweenTheKeyAndTheState()
    {
        Lay(New.Chain, New.Key, nextKey: null);
        Write(
            "renewal.json",
            """{ "authority": "x", "due": "2020-01-01T00:00:00+00:00", "certificate": "OLD", "order": "https://ca.example/1" }""");

        await AssertServesAsync(New.Chain);
    }

    [Fact]
    public async Task APairThatDoesNotFitIsSetAsideAndNotServed()
    {
        Lay(New.Chain, Old.Key, nextKey: null);

        Assert.Null(await LoadAsync(_store));
        Assert.Equal(["fullchain.pem.damaged", "privkey.pem.damaged"], Files());
        Assert.Equal(New.Chain, Read("fullchain.pem.damaged"));
        Assert.Equal(2, _log.Lines.Count(line => line.Message.Contains("set aside", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a certificate at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public async Task ADamagedChainIsSetAside(string chain)
    {
        Lay(chain, Old.Key, nextKey: null);

        Assert.Null(await LoadAsync(_store));
        Assert.Contains("fullchain.pem.damaged", Files());
    }

    [Fact]
    public async Task ACertificateForAnotherNameIsForeignAndSetAside()
    {
        var foreign = Ca.Issue("b.example");
        Lay(foreign.Chain, foreign.Key, nextKey: null);

        Assert.Null(await LoadAsync(_store));
        Assert.Equal(["fullchain.pem.damaged", "privkey.pem.damaged"], Files());
    }

    [Fact]
    public async Task AKeyWithoutItsCertificateIsSetAside()
    {
        Lay(chain: null, Old.Key, nextKey: null);

        Assert.Null(await LoadAsync(_store));
        Assert.Equal(["privkey.pem.damaged"], Files());
    }

    [Fact]
    public async Task ADamagedStateIsSetAsideAndItsContentNotLogged()
    {
        Write("renewal.json", "{ \"secret\": ");

        Assert.True((await _store.LoadAsync(Name, Token)).NeedsRepair);
        Assert.Null(await LoadStateAsync(_store));
        Assert.Equal(["renewal.json.damaged"], Files());
        Assert.DoesNotContain("secret", _log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{ \"authority\": 7, \"due\": \"tomorrow\" }")]
    public async Task AStateThatMakesNoSenseIsNoState(string json)
    {
        Write("renewal.json", json);

        Assert.Null(await LoadStateAsync(_store));
    }

    [Fact]
    public async Task ADamagedNextKeyIsSetAside()
    {
        Lay(null, null, nextKey: "half a k");

        Assert.Null(await _store.LoadNextKeyAsync(Name, CertificateKeyType.P256, Token));
        Assert.Equal(["next.key.damaged"], Files());
    }

    [Fact]
    public async Task AFolderWhereAFileShouldBeIsExplained()
    {
        Directory.CreateDirectory(PathOf("fullchain.pem"));

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => _store.LoadAsync(Name, Token));

        Assert.StartsWith("The data directory cannot be read: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InstallKeepsTheBytesThatTheCaSent()
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        await _store.SaveNextKeyAsync(Name, key, Token);
        // Some CAs send these line ends.
        var chain = Encoding.ASCII.GetBytes(Ca.IssueFor(Name, key).ReplaceLineEndings("\r\n") + "\r\n");

        var installed = (await _store.InstallAsync(Name, chain)).Certificate!;

        Assert.Equal(chain, File.ReadAllBytes(PathOf("fullchain.pem")));
        Assert.Equal(["fullchain.pem", "privkey.pem"], Files());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("privkey.pem")));
        Assert.Equal(installed.Leaf.Thumbprint, (await LoadAsync(CreateStore()))!.Leaf.Thumbprint);
    }

    [Fact]
    public async Task InstallRefusesACertificateForAnotherKeyOrName()
    {
        Lay(Old.Chain, Old.Key, nextKey: null);
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        await _store.SaveNextKeyAsync(Name, key, Token);

        Assert.Null((await _store.InstallAsync(Name, Encoding.ASCII.GetBytes(New.Chain))).Certificate);
        Assert.Null((await _store.InstallAsync(Name, Encoding.ASCII.GetBytes(Ca.IssueFor("b.example", key)))).Certificate);
        Assert.Null((await _store.InstallAsync(Name, "<html>"u8.ToArray())).Certificate);
        await AssertServesAsync(Old.Chain);
    }

    [Theory]
    [InlineData("*.example.org", "wildcard_.example.org")]
    [InlineData("::1", "__1")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    public async Task EveryNameHasAFolderThatNoOtherHas(string name, string folder)
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);

        await _store.SaveNextKeyAsync(name, key, Token);

        Assert.True(File.Exists(_data.File($"certificates/{folder}/next.key")));
    }

    [Fact]
    public async Task AStateSurvivesARestart()
    {
        var state = new StoredRenewal
        {
            Authority = "https://ca.example/dir",
            Due = new DateTimeOffset(2026, 3, 1, 4, 5, 6, TimeSpan.Zero),
            Failures = 3,
            LastError = "\"quoted\" and ünusual",
            Order = new Uri("https://ca.example/order/1"),
            OrderFailures = 2,
            Certificate = "AB",
            IssuedBy = "https://other.example/dir",
        };

        await _store.SaveStateAsync(Name, state, Token);

        Assert.Equal(state, await LoadStateAsync(CreateStore()));
    }

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private CertificateStore CreateStore() => new(TestStores.Directory(_data.Path, _log), _log.For<CertificateStore>());

    /// <summary>As a process does that is alone with it.</summary>
    private static async Task<ServingCertificate?> LoadAsync(CertificateStore store)
    {
        await store.RepairAsync(Name, Token);
        var stored = await store.LoadAsync(Name, Token);
        Assert.False(stored.NeedsRepair);
        return stored.Certificate;
    }

    private static async Task<StoredRenewal?> LoadStateAsync(CertificateStore store)
    {
        await store.RepairAsync(Name, Token);
        return (await store.LoadAsync(Name, Token)).Renewal;
    }

    private string PathOf(string file) => _data.File($"certificates/{Name}/{file}");

    private string Read(string file) => File.ReadAllText(PathOf(file));

    private void Write(string file, string? text)
    {
        Directory.CreateDirectory(_data.File($"certificates/{Name}"));
        if (text is not null)
            File.WriteAllText(PathOf(file), text);
    }

    private void Lay(string? chain, string? key, string? nextKey)
    {
        Write("fullchain.pem", chain);
        Write("privkey.pem", key);
        Write("next.key", nextKey);
    }

    private async Task AssertServesAsync(string chain)
    {
        using var leaf = X509Certificate2.CreateFromPem(chain);
        Assert.Equal(leaf.Thumbprint, (await LoadAsync(_store))?.Leaf.Thumbprint);
        Assert.DoesNotContain(Files(), file => file.Contains("damaged", StringComparison.Ordinal));
    }

    private IEnumerable<string> Files() =>
        Directory.GetFileSystemEntries(_data.File($"certificates/{Name}"))
            .Select(path => Path.GetFileName(path)!)
            .Order(StringComparer.Ordinal);
}
