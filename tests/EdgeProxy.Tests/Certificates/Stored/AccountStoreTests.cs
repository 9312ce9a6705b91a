using EdgeProxy.Acme;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Tests.Certificates.Stored;

public sealed class AccountStoreTests : IDisposable
{
    private readonly TestFolder _data = new();
    private readonly TestLog _log = new();

    [Fact]
    public async Task TheKeyIsOnDiskBeforeAnyCaHasSeenIt()
    {
        var account = await FindOrCreateAsync(Authority("https://ca.example/dir"));

        Assert.Null(account.Url);
        var path = _data.File("accounts/ca.example/account.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(account, await FindOrCreateAsync(Authority("https://ca.example/dir")));
    }

    [Fact]
    public async Task AConfirmedAccountIsFoundAgain()
    {
        var account = await FindOrCreateAsync(Authority("https://ca.example:14000/dir")) with
        {
            Url = new Uri("https://ca.example/1"),
            Contact = "a@b.example",
        };

        await CreateStore().SaveAsync(account, Token);

        Assert.True(File.Exists(_data.File("accounts/ca.example/account.json")));
        Assert.Equal(account, await CreateStore().FindAsync(Authority("https://ca.example:14000/dir"), Token));
    }

    [Fact]
    public async Task DirectoriesAndExternalAccountsOfOneHostDoNotShareAnAccount()
    {
        AcmeConfig[] authorities =
        [
            Authority("https://ca.example/one"),
            Authority("https://ca.example/two"),
            Authority("https://ca.example/one") with { ExternalAccount = new ExternalAccount("kid", "c2VjcmV0") },
        ];

        var accounts = await FindOrCreateAsync(authorities);
        await CreateStore().SaveAsync(accounts[1] with { Url = new Uri("https://ca.example/2") }, Token);

        Assert.Equal(3, accounts.Select(account => account.Key).Distinct().Count());
        Assert.Equal(accounts.Select(account => account.Key), (await FindOrCreateAsync(authorities)).Select(account => account.Key));
        Assert.All(Directory.GetDirectories(_data.File("accounts")), folder => Assert.Matches("/ca.example(_[0-9a-f]{8})?$", folder));
    }

    [Fact]
    public async Task AnAccountKeepsItsFolderWhenThatOfTheHostBecomesFree()
    {
        var (one, two) = (Authority("https://ca.example/one"), Authority("https://ca.example/two"));
        var accounts = await FindOrCreateAsync(one, two);
        _data.Write("accounts/ca.example/account.json", "{ half");

        Assert.Equal(accounts[1].Key, (await FindOrCreateAsync(two)).Key);
        Assert.NotEqual(accounts[0].Key, (await FindOrCreateAsync(one)).Key);
        Assert.Equal(accounts[1].Key, (await FindOrCreateAsync(two)).Key);
        Assert.Equal(2, Directory.GetDirectories(_data.File("accounts")).Length);
    }

    [Fact]
    public async Task LookingChangesNothing()
    {
        Directory.CreateDirectory(_data.File("accounts/ca.example"));
        var path = _data.Write("accounts/ca.example/account.json", "{ half");

        Assert.Null(await CreateStore().FindAsync(Authority("https://ca.example/dir"), Token));

        Assert.Equal([path], Directory.GetFiles(_data.File("accounts/ca.example")));
    }

    [Theory]
    [InlineData("{ half")]
    [InlineData("{ \"directory\": \"https://ca.example/dir\", \"key\": \"no key\" }")]
    [InlineData("{ \"directory\": \"https://ca.example/dir\" }")]
    public async Task ADamagedAccountIsSetAsideAndReplaced(string json)
    {
        Directory.CreateDirectory(_data.File("accounts/ca.example"));
        _data.Write("accounts/ca.example/account.json", json);

        var account = await FindOrCreateAsync(Authority("https://ca.example/dir"));

        Assert.Equal(json, File.ReadAllText(_data.File("accounts/ca.example/account.json.damaged")));
        using var key = AcmeAccountKey.FromPem(account.Key);
    }

    [Fact]
    public async Task AnAccountDoesNotPrintItsKey()
    {
        var account = await FindOrCreateAsync(Authority("https://ca.example/dir"));

        Assert.DoesNotContain("KEY", account.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => _data.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AccountStore CreateStore() => new(TestStores.Directory(_data.Path, _log), _log.For<AccountStore>());

    private Task<StoredAccount> FindOrCreateAsync(AcmeConfig authority) => CreateStore().FindOrCreateAsync(authority, Token);

    private async Task<IReadOnlyList<StoredAccount>> FindOrCreateAsync(params AcmeConfig[] authorities)
    {
        var accounts = new List<StoredAccount>();
        foreach (var authority in authorities)
            accounts.Add(await FindOrCreateAsync(authority));
        return accounts;
    }

    private static AcmeConfig Authority(string directory) => new() { DirectoryUrl = new Uri(directory) };
}
