using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Testing;
using EdgeProxy.Tests.Storage;

namespace EdgeProxy.Tests.Certificates.Stored;

/// <summary>The folder of one name as every crash, and every other accident, can leave it.</summary>
public sealed class CertificateStoreTests : IDisposable
{
    private const string Name = "a.example";

    private static readonly TestCa Ca = TestCa.CreateRoot();
    private static readonly (string Chain, string Key) Old = Ca.Issue(Name);
    private static readonly (string Chain, string Key) New = Ca.Issue(Name);

    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();
    private readonly CertificateStore _store;

    public CertificateStoreTests() => _store = CreateStore();

    [Fact]
    public void AnEmptyFolderHoldsNothing()
    {
        Assert.Null(_store.Load(Name));
        Assert.Null(_store.LoadState(Name));
        Assert.Null(_store.LoadNextKey(Name, CertificateKeyType.P256));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void KilledAfterStoringTheNextKey()
    {
        Lay(chain: null, key: null, nextKey: New.Key);

        Assert.Null(_store.Load(Name));
        Assert.Equal(["next.key"], Files());
        Assert.NotNull(_store.LoadNextKey(Name, CertificateKeyType.P256));
    }

    [Fact]
    public void KilledWhileARenewalIsPending()
    {
        Lay(Old.Chain, Old.Key, New.Key);

        AssertServes(Old.Chain);
        Assert.Equal(["fullchain.pem", "next.key", "privkey.pem"], Files());
    }

    [Fact]
    public void KilledBetweenTheFirstCertificateAndItsKey()
    {
        Lay(New.Chain, key: null, New.Key);

        AssertServes(New.Chain);
        Assert.Equal(["fullchain.pem", "privkey.pem"], Files());
        Assert.Equal(New.Key, Read("privkey.pem"));
    }

    [Fact]
    public void KilledBetweenARenewedCertificateAndItsKey()
    {
        Lay(New.Chain, Old.Key, New.Key);

        AssertServes(New.Chain);
        Assert.Equal(New.Key, Read("privkey.pem"));
        Assert.Contains("interrupted", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatCannotBeCompletedIsServedAndItsKeyKept()
    {
        using var disk = SmallDisk.Mount();
        var folder = Directory.CreateDirectory(disk.File($"certificates/{Name}")).FullName;
        File.WriteAllText(Path.Combine(folder, "fullchain.pem"), New.Chain);
        File.WriteAllText(Path.Combine(folder, "next.key"), New.Key);
        var store = new CertificateStore(disk.Path, _log.For<CertificateStore>());

        disk.MakeReadOnly();
        Assert.NotNull(store.Load(Name));
        Assert.Contains("cannot be completed", _log.Text, StringComparison.Ordinal);
        disk.MakeWritable();
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        store.SaveNextKey(Name, key);

        Assert.Equal(New.Key, File.ReadAllText(Path.Combine(folder, "privkey.pem")));
        Assert.NotNull(store.Load(Name));
    }

    [Fact]
    public void KilledBetweenTheKeyAndTheState()
    {
        Lay(New.Chain, New.Key, nextKey: null);
        Write("renewal.json", """{ "authority": "x", "due": "2020-01-01T00:00:00+00:00", "certificate": "OLD", "order": "https://ca.example/1" }""");

        AssertServes(New.Chain);
    }

    [Fact]
    public void APairThatDoesNotFitIsSetAsideAndNotServed()
    {
        Lay(New.Chain, Old.Key, nextKey: null);

        Assert.Null(_store.Load(Name));
        Assert.Equal(["fullchain.pem.damaged", "privkey.pem.damaged"], Files());
        Assert.Equal(New.Chain, Read("fullchain.pem.damaged"));
        Assert.Equal(2, _log.Lines.Count(line => line.Message.Contains("set aside", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a certificate at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void ADamagedChainIsSetAside(string chain)
    {
        Lay(chain, Old.Key, nextKey: null);

        Assert.Null(_store.Load(Name));
        Assert.Contains("fullchain.pem.damaged", Files());
    }

    [Fact]
    public void ACertificateForAnotherNameIsForeignAndSetAside()
    {
        var foreign = Ca.Issue("b.example");
        Lay(foreign.Chain, foreign.Key, nextKey: null);

        Assert.Null(_store.Load(Name));
        Assert.Equal(["fullchain.pem.damaged", "privkey.pem.damaged"], Files());
    }

    [Fact]
    public void AKeyWithoutItsCertificateIsSetAside()
    {
        Lay(chain: null, Old.Key, nextKey: null);

        Assert.Null(_store.Load(Name));
        Assert.Equal(["privkey.pem.damaged"], Files());
    }

    [Fact]
    public void ADamagedStateIsSetAsideAndItsContentNotLogged()
    {
        Write("renewal.json", "{ \"secret\": ");

        Assert.Null(_store.LoadState(Name));
        Assert.Equal(["renewal.json.damaged"], Files());
        Assert.DoesNotContain("secret", _log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{ \"authority\": 7, \"due\": \"tomorrow\" }")]
    public void AStateThatMakesNoSenseIsNoState(string json)
    {
        Write("renewal.json", json);

        Assert.Null(_store.LoadState(Name));
    }

    [Fact]
    public void ADamagedNextKeyIsSetAside()
    {
        Lay(null, null, nextKey: "half a k");

        Assert.Null(_store.LoadNextKey(Name, CertificateKeyType.P256));
        Assert.Equal(["next.key.damaged"], Files());
    }

    [Fact]
    public void AFolderWhereAFileShouldBeIsNoReasonToFail()
    {
        Directory.CreateDirectory(PathOf("fullchain.pem"));
        Directory.CreateDirectory(PathOf("renewal.json"));

        Assert.Null(_store.Load(Name));
        Assert.Null(_store.LoadState(Name));
    }

    [Fact]
    public void InstallKeepsTheBytesThatTheCaSent()
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        _store.SaveNextKey(Name, key);
        // Line ends as some CA may send them.
        var chain = Encoding.ASCII.GetBytes(Ca.IssueFor(Name, key).ReplaceLineEndings("\r\n") + "\r\n");

        var installed = _store.Install(Name, chain, out _)!;

        Assert.Equal(chain, File.ReadAllBytes(PathOf("fullchain.pem")));
        Assert.Equal(["fullchain.pem", "privkey.pem"], Files());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("privkey.pem")));
        Assert.Equal(installed.Leaf.Thumbprint, CreateStore().Load(Name)!.Leaf.Thumbprint);
    }

    [Fact]
    public void InstallRefusesACertificateForAnotherKeyOrName()
    {
        Lay(Old.Chain, Old.Key, nextKey: null);
        using var key = KeyFactory.Create(CertificateKeyType.P256);
        _store.SaveNextKey(Name, key);

        Assert.Null(_store.Install(Name, Encoding.ASCII.GetBytes(New.Chain), out _));
        Assert.Null(_store.Install(Name, Encoding.ASCII.GetBytes(Ca.IssueFor("b.example", key)), out _));
        Assert.Null(_store.Install(Name, "<html>"u8.ToArray(), out _));
        AssertServes(Old.Chain);
    }

    [Theory]
    [InlineData("*.example.org", "wildcard_.example.org")]
    [InlineData("::1", "__1")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    public void EveryNameHasAFolderThatNoOtherHas(string name, string folder)
    {
        using var key = KeyFactory.Create(CertificateKeyType.P256);

        _store.SaveNextKey(name, key);

        Assert.True(File.Exists(_data.File($"certificates/{folder}/next.key")));
    }

    [Fact]
    public void AStateSurvivesARestart()
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

        _store.SaveState(Name, state);

        Assert.Equal(state, CreateStore().LoadState(Name));
    }

    public void Dispose() => _data.Dispose();

    private CertificateStore CreateStore() => new(_data.Path, _log.For<CertificateStore>());

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

    private void AssertServes(string chain)
    {
        using var leaf = X509Certificate2.CreateFromPem(chain);
        Assert.Equal(leaf.Thumbprint, _store.Load(Name)?.Leaf.Thumbprint);
        Assert.DoesNotContain(Files(), file => file.Contains("damaged", StringComparison.Ordinal));
    }

    private IEnumerable<string> Files() =>
        Directory.GetFileSystemEntries(_data.File($"certificates/{Name}")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
}
