using System.Net;

namespace EdgeProxy.EndToEnd;

/// <summary>A data directory that is damaged, full or not writable: the sites are served.</summary>
public sealed class DataDirectoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AReadOnlyDataDirectoryIsASentenceInTheLogAndTheSitesAreServed()
    {
        using var folder = new TestFolder();
        var launcher = await Mounts.RequireAsync();
        await using var edge = new EdgeProxyInstance(Sites)
        {
            DataDirectory = folder.Path,
            Launcher = [.. launcher, Mounts.ReadOnly(folder.Path), "sh"],
        };
        await edge.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "own.test"));
        await edge.WaitForOutputAsync("No certificate for one.test: The data directory cannot be written: ");
        await edge.WaitForOutputAsync("No certificate for own.test: The data directory cannot be written: ");
        Assert.Equal(0, await edge.StopAsync());
    }

    [Fact]
    public async Task AFullDiskIsASentenceInTheLogAndTheSitesAreServed()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        using var folder = new TestFolder();
        var launcher = await Mounts.RequireAsync();
        // The disk has room for one block, which the first folder takes.
        var script = Mounts.SmallDisk(folder.Path, 4);
        await using var edge = new EdgeProxyInstance($$"""
            {{Acme.Authority(pebble.DirectoryUrl.ToString(), pebble.RootPemPath)}},
            "Domains": { "one.test": { "Upstream": "demo" }, "own.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } } }
            """) { HttpPort = pebble.HttpPort, DataDirectory = folder.Path, Launcher = [.. launcher, script, "sh"] };
        await edge.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "own.test"));
        await edge.WaitForOutputAsync("No certificate for one.test: The data directory cannot be written: No space left on device");
        Assert.Equal(0, await edge.StopAsync());
    }

    [Theory]
    [InlineData("fullchain.pem", "")]
    [InlineData("fullchain.pem", "-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData("privkey.pem", "no key")]
    [InlineData("renewal.json", "{ \"due\": ")]
    public async Task ADamagedFileIsSetAsideAndTheNameHasItsCertificateAgain(string file, string content)
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test", "two.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await Acme.WaitForCertificateAsync(edge, "two.test");
        await edge.StopAsync();
        var path = edge.Data("certificates", "one.test", file);
        await File.WriteAllTextAsync(path, content, Token);

        await edge.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        Assert.True(await Acme.HasCertificateAsync(edge, "two.test"));
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await edge.WaitForOutputAsync(".damaged");
        Assert.Equal(content, await File.ReadAllTextAsync(path + ".damaged", Token));
    }

    [Fact]
    public async Task AKeyThatDoesNotBelongToTheCertificateIsNeverServed()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test", "two.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await Acme.WaitForCertificateAsync(edge, "two.test");
        await edge.StopAsync();
        File.Copy(
            edge.Data("certificates", "two.test", "privkey.pem"), edge.Data("certificates", "one.test", "privkey.pem"), overwrite: true);

        await edge.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "one.test"));
        await Acme.WaitForCertificateAsync(edge, "one.test");
    }

    [Fact]
    public async Task ADamagedAccountIsSetAsideAndANewOneIsMade()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var edge = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { HttpPort = pebble.HttpPort };
        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");
        await edge.StopAsync();
        var account = Assert.Single(Directory.GetFiles(edge.Data("accounts"), "account.json", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(account, "{ \"", Token);
        Directory.Delete(edge.Data("certificates", "one.test"), recursive: true);

        await edge.StartAsync();
        await Acme.WaitForCertificateAsync(edge, "one.test");

        Assert.Equal("{ \"", await File.ReadAllTextAsync(account + ".damaged", Token));
        Assert.Equal(2, ca.Exchanges.Count(exchange => exchange is { Path: "/sign-me-up", Status: 201 }));
    }

    [Fact]
    public async Task TwoProcessesOnOneDirectoryOrderEachNameOnceAndServeTheSame()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        string[] names = [.. Enumerable.Range(0, 12).Select(number => $"n{number}.test")];
        // The CA validates on the first one's port, whichever process has ordered.
        await using var one = new EdgeProxyInstance(Acme.Section(ca, names)) { HttpPort = pebble.HttpPort };
        await using var two = new EdgeProxyInstance(Acme.Section(ca, names)) { DataDirectory = one.DataDirectory };

        await Task.WhenAll(one.StartAsync(), two.StartAsync());
        foreach (var name in names)
        {
            await Acme.WaitForCertificateAsync(one, name);
            await Acme.WaitForCertificateAsync(two, name);
            var served = await OpenSsl.GetChainAsync(one.HttpsPort, name);
            Assert.Equal(served[0].Thumbprint, (await OpenSsl.GetChainAsync(two.HttpsPort, name))[0].Thumbprint);
        }

        Assert.Equal(names.Length, ca.OrderCount);
        Assert.Single(ca.Exchanges, exchange => exchange is { Path: "/sign-me-up", Status: 201 });
        Assert.Equal((0, 0), (await one.StopAsync(), await two.StopAsync()));
        Assert.Empty(Directory.GetFiles(one.DataDirectory, "lease.json", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(one.DataDirectory, "*.damaged*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task TheCaMayComeToAnotherProcessThanTheOneThatOrders()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        await using var visited = new EdgeProxyInstance(Sites) { HttpPort = pebble.HttpPort };
        await using var orders = new EdgeProxyInstance(Acme.Section(ca, "two.test")) { DataDirectory = visited.DataDirectory };
        await visited.StartAsync();

        await orders.StartAsync();

        await Acme.WaitForCertificateAsync(orders, "two.test");
        Assert.Equal(1, ca.OrderCount);
        await orders.StopAsync();
        Assert.Empty(Directory.GetFiles(visited.Data("challenges")));
    }

    [Fact]
    public async Task AProcessCarriesOnWhatAnotherWasKilledAt()
    {
        await using var pebble = await PebbleProcess.StartAsync(cancellationToken: Token);
        await using var ca = await CaRelay.StartAsync(pebble.DirectoryUrl);
        var finalizing = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        ca.Intercept = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/finalize-order"))
                return false;
            finalizing.TrySetResult();
            await open.Task;
            return false;
        };
        await using var one = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { HttpPort = pebble.HttpPort };
        await using var two = new EdgeProxyInstance(Acme.Section(ca, "one.test")) { DataDirectory = one.DataDirectory };
        await one.StartAsync();
        await finalizing.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await two.StartAsync();

        await one.KillAsync();
        open.SetResult();

        await Acme.WaitForCertificateAsync(two, "one.test");
        Assert.Equal(1, ca.OrderCount);
        Assert.Contains("Took over", two.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignFilesAreLeftAlone()
    {
        await using var edge = new EdgeProxyInstance(Sites);
        Directory.CreateDirectory(edge.Data("certificates", "not a name!"));
        await File.WriteAllTextAsync(edge.Data("certificates", "not a name!", "fullchain.pem"), "mine", Token);
        await File.WriteAllTextAsync(edge.Data("lost+found"), "mine", Token);
        await edge.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await GetAsync(edge, "own.test"));
        Assert.Equal("mine", await File.ReadAllTextAsync(edge.Data("lost+found"), Token));
        Assert.Equal("mine", await File.ReadAllTextAsync(edge.Data("certificates", "not a name!", "fullchain.pem"), Token));
    }

    // Nothing listens on port 9, so the CA cannot be reached.
    private const string Sites = """
        "Acme": { "AcceptTermsOfService": true, "DirectoryUrl": "https://localhost:9/dir" },
        "Domains": { "one.test": { "Upstream": "demo" }, "own.test": { "Upstream": "demo", "Certificate": { "Source": "Internal" } } }
        """;

    private static async Task<HttpStatusCode> GetAsync(EdgeProxyInstance edge, string name)
    {
        using var client = Clients.Http();
        using var response = await client.GetAsync(new Uri($"https://{name}:{edge.HttpsPort}/"), Token);
        return response.StatusCode;
    }
}
