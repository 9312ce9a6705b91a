using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Testing;

namespace EdgeProxy.Tests.Certificates.Stored;

public sealed class AccountStoreTests : IDisposable
{
    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();

    [Fact]
    public void TheKeyIsOnDiskBeforeAnyCaHasSeenIt()
    {
        var account = CreateStore().FindOrCreate(Authority("https://ca.example/dir"));

        Assert.Null(account.Url);
        var path = _data.File("accounts/ca.example/account.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(account, CreateStore().FindOrCreate(Authority("https://ca.example/dir")));
    }

    [Fact]
    public void AConfirmedAccountIsFoundAgain()
    {
        var account = CreateStore().FindOrCreate(Authority("https://ca.example:14000/dir")) with { Url = new Uri("https://ca.example/1"), Contact = "a@b.example" };

        CreateStore().Save(account);

        Assert.True(File.Exists(_data.File("accounts/ca.example/account.json")));
        Assert.Equal(account, CreateStore().FindOrCreate(Authority("https://ca.example:14000/dir")));
    }

    [Fact]
    public void DirectoriesAndExternalAccountsOfOneHostDoNotShareAnAccount()
    {
        var store = CreateStore();
        AcmeConfig[] authorities =
        [
            Authority("https://ca.example/one"),
            Authority("https://ca.example/two"),
            Authority("https://ca.example/one") with { ExternalAccount = new ExternalAccount("kid", "c2VjcmV0") },
        ];

        var accounts = authorities.Select(store.FindOrCreate).ToList();
        store.Save(accounts[1] with { Url = new Uri("https://ca.example/2") });

        Assert.Equal(3, accounts.Select(account => account.Key).Distinct().Count());
        Assert.Equal(accounts.Select(account => account.Key), authorities.Select(authority => CreateStore().FindOrCreate(authority).Key));
    }

    [Theory]
    [InlineData("{ half")]
    [InlineData("{ \"directory\": \"https://ca.example/dir\", \"key\": \"no key\" }")]
    [InlineData("{ \"directory\": \"https://ca.example/dir\" }")]
    public void ADamagedAccountIsSetAsideAndReplaced(string json)
    {
        Directory.CreateDirectory(_data.File("accounts/ca.example"));
        _data.Write("accounts/ca.example/account.json", json);

        var account = CreateStore().FindOrCreate(Authority("https://ca.example/dir"));

        Assert.Equal(json, File.ReadAllText(_data.File("accounts/ca.example/account.json.damaged")));
        using var key = AcmeAccountKey.FromPem(account.Key);
    }

    [Fact]
    public void AnAccountDoesNotPrintItsKey()
    {
        var account = CreateStore().FindOrCreate(Authority("https://ca.example/dir"));

        Assert.DoesNotContain("KEY", account.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => _data.Dispose();

    private AccountStore CreateStore() => new(_data.Path, _log.For<AccountStore>());

    private static AcmeConfig Authority(string directory) => new() { DirectoryUrl = new Uri(directory) };
}
