using System.Net;
using System.Runtime.InteropServices;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using Microsoft.Extensions.Configuration;

namespace EdgeProxy.Tests.Configuration.Source;

public sealed class ConfigSourceTests : IDisposable
{
    private readonly TestFolder _current = new();
    private readonly TestFolder _program = new();

    // The variables are real; the prefix hides them from tests that run at the same time.
    private readonly string _prefix = $"TEST_{Guid.NewGuid():N}_";
    private readonly List<string> _variables = [];

    public void Dispose()
    {
        foreach (var name in _variables)
            Environment.SetEnvironmentVariable(name, null);
        _current.Dispose();
        _program.Dispose();
    }

    [Fact]
    public void LooksInTheCurrentFolderThenBesideTheProgram()
    {
        Assert.Equal(_current.Path, Source().ContentRoot);

        _program.Write("appsettings.json", Site("program.localhost"));
        Assert.Equal(_program.Path, Source().ContentRoot);
        Assert.Equal(_program.File("data"), Source().Load().Config!.Edge.DataDirectory);

        _current.Write("appsettings.json", Site("current.localhost"));
        Assert.Equal(["current.localhost"], Source().Load().Config!.Edge.Sites.Select(site => site.Name));
    }

    [Fact]
    public void LaterSourcesWin()
    {
        _current.Write("appsettings.json", """
            {
              "EdgeProxy": {
                "HttpPort": 1001, "HttpsPort": 1001, "PublicHttpsPort": 1001, "Admin": { "Port": 1001 },
                "Domains": { "localhost": { "Upstream": "demo" } }
              }
            }
            """);
        _current.Write("appsettings.Staging.json", """
            { "EdgeProxy": { "HttpsPort": 1002, "PublicHttpsPort": 1002, "Admin": { "Port": 1002 } } }
            """);
        _current.Write("appsettings.Production.json", """{ "EdgeProxy": { "HttpsPort": 9 } }""");
        Variable("EdgeProxy__PublicHttpsPort", "1003");
        Variable("EDGEPROXY__ADMIN__PORT", "1003");
        var first = _current.Write("first.json", """{ "EdgeProxy": { "Admin": { "Port": 1004 }, "DataDirectory": "first" } }""");
        _current.Write("second.json", """{ "EdgeProxy": { "DataDirectory": "second" } }""");

        var config = Source(first, "second.json").Load().Config!.Edge;

        Assert.Equal(new ListenerConfig("*", 1001, 1002, 1003, new AdminConfig(IPAddress.Loopback, 1004)), config.Listeners);
        Assert.Equal(_current.File("second"), config.DataDirectory);
    }

    [Fact]
    public void TheFirstSiteIsTheFirstAsWritten()
    {
        _current.Write("appsettings.json", """
            { "EdgeProxy": { "Domains": { "m.localhost": { "Upstream": "demo" }, "b.localhost": { "Upstream": "demo" } } } }
            """);
        Variable("EdgeProxy__Domains__a.localhost__Upstream", "demo");
        var file = _current.Write("more.json", """
            { "edgeproxy": { "domains": { "c.localhost": { "Upstream": "demo" }, "B.localhost": { "Timeout": "00:00:05" } } } }
            """);

        var sites = Source(file).Load().Config!.Edge.Sites;

        Assert.Equal(["m.localhost", "b.localhost", "c.localhost", "a.localhost"], sites.Select(site => site.Name));
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.IsType<SiteTarget.Proxy>(sites[1].Target).Timeout);
    }

    [Fact]
    public void EveryLoadReadsAfresh()
    {
        _current.Write("appsettings.json", Site("one.localhost"));
        var source = Source();
        Assert.Equal("one.localhost", source.Load().Config!.Edge.Sites[0].Name);

        _current.Write("appsettings.json", Site("two.localhost"));
        Assert.Equal(["two.localhost"], source.Load().Config!.Edge.Sites.Select(site => site.Name));
    }

    [Fact]
    public void WatchesFilesThatMayAppear()
    {
        var source = Source("more.json");

        Assert.Equal(
            ["appsettings.json", "appsettings.Staging.json", "more.json"],
            source.Files.Select(file => Path.GetRelativePath(_current.Path, file)));
        _current.Write("more.json", "{}");
        _current.Write("appsettings.Staging.json", Site("localhost"));
        Assert.Single(source.Load().Config!.Edge.Sites);
    }

    [Fact]
    public void AFileThatIsBrokenIsReportedWithItsLineAndAlone()
    {
        var file = _current.Write(
            "appsettings.json", "{\n  \"EdgeProxy\": {\n    \"HttpPort\": 80,\n    \"Colour\": 1,\n    \"Domains\": {\n}");

        var error = Assert.Single(Source().Load().Errors);
        Assert.Equal($"{file}:6", error.Path);
    }

    [Fact]
    public void MistakesOfKeysAreReportedBesideAllOthers()
    {
        var file = _current.Write("appsettings.json", """
            { "EdgeProxy": { "Domains": { "localhost": { "Upstream": "demo", "upstream": "demo" }, "example.org:443": {} }, "Colour": 1 } }
            """);

        Assert.Equal(
            [$"{file}:1", "EdgeProxy:Colour", "EdgeProxy:Domains:example.org:443"],
            Source().Load().Errors.Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ASiteWhoseNameIsRefusedIsNotMissing()
    {
        _current.Write("appsettings.json", """{ "EdgeProxy": { "Domains": { "https://example.org": { "Upstream": "demo" } } } }""");

        Assert.Equal("EdgeProxy:Domains:https://example.org", Assert.Single(Source().Load().Errors).Path);
    }

    [Fact]
    public void AFileFromTheCommandLineMustExist()
    {
        _current.Write("appsettings.json", Site("localhost"));

        var errors = Source("nowhere.json", _program.Path).Load().Errors;

        Assert.Equal(
            [$"{_current.File("nowhere.json")}: there is no such file.", $"{_program.Path}: is a folder; a JSON file is needed."],
            errors.Select(error => error.ToString()));
    }

    [Fact]
    public void AFileThatWasThereMustStay()
    {
        var file = _current.Write("appsettings.json", """{ "EdgeProxy": { "HttpPort": 8080 } }""");
        var source = Source(_current.Write("sites.json", Site("localhost")));
        Assert.Empty(source.Load().Errors);

        File.Delete(file);
        Assert.Equal($"{file}: there is no such file.", Assert.Single(source.Load().Errors).ToString());
    }

    [Theory]
    [InlineData("{}", 9180)]
    [InlineData("{ \"EdgeProxy\": { \"Admin\": { \"Port\": 9000 }, \"Colour\": 1", 9000)]
    [InlineData("{ \"EdgeProxy\": { \"Admin\": { \"Port\": 9000, \"BindAddress\": \"eth0\" } } }", 9000)]
    [InlineData("{ \"EdgeProxy\": { \"Admin\": { \"Port\": \"many\" } } }", 9180)]
    [InlineData("{ \"EdgeProxy\": { \"Admin\": { \"Port\": 0 } } }", null)]
    public void TheAdminPortIsFoundInAnInvalidConfigurationToo(string json, int? port)
    {
        _current.Write("appsettings.json", json);

        Assert.Equal(port is { } there ? new AdminConfig(IPAddress.Loopback, there) : null, Source().FindRunning().Admin);
    }

    [Fact]
    public void TheSectionsOfLibrariesAreParsedOnceByThoseWhoKnowThem()
    {
        _current.Write("appsettings.json", """
            { "EdgeProxy": { "Domains": { "localhost": { "Upstream": "demo" } } }, "A": { "b": 1 }, "EdgeProxy2": 2 }
            """);
        Variable("A__C", "3");
        List<IConfigurationRoot> parsed = [];
        var source = new ConfigSource(Place(), [], root =>
        {
            parsed.Add(root);
            return ConfigResult<LibrarySections>.Valid(new Library(root["A:b"] + root["A:C"] + root["EdgeProxy2"]));
        });

        Assert.Equal(new Library("132"), source.Load().Config!.Libraries);
        Assert.Empty(Assert.Single(parsed).GetSection("EdgeProxy").GetChildren());
    }

    [Fact]
    public void TheirErrorsAreReportedBesideOurs()
    {
        _current.Write("appsettings.json", """{ "EdgeProxy": { "HttpPort": 0, "Domains": { "localhost": { "Upstream": "demo" } } } }""");
        var source = new ConfigSource(
            Place(), [], _ => ConfigResult<LibrarySections>.Invalid([new ConfigError("ReverseProxy", "is odd.")]));

        var loaded = source.Load();

        Assert.Null(loaded.Config);
        Assert.Equal(["EdgeProxy:HttpPort", "ReverseProxy"], loaded.Errors.Select(error => error.Path));
    }

    [Fact]
    public void TenTimesTheSitesAreTenTimesTheWork()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Counts the processor time of a thread, which is Linux's to tell.");
        WorkOf(10);
        // Quadratic work would be a hundred times as much.
        Assert.InRange(WorkOf(10000), 0, 40 * WorkOf(1000));
    }

    /// <summary>Nanoseconds of this thread on a processor: other than the time that passes, they do not depend on what else runs.</summary>
    private long WorkOf(int sites)
    {
        var keys = Enumerable.Range(0, sites).Select(i => $$"""
            "site{{i}}.example.org": {
              "Upstream": "http://api:{{i + 1}}", "Aliases": [ "www{{i}}.example.org" ], "Certificate": { "Source": "Internal" }
            }
            """);
        _current.Write("appsettings.json", $$"""{ "EdgeProxy": { "Domains": { {{string.Join(",\n", keys)}} } } }""");
        var source = Source();
        var before = ThreadTime();
        Assert.Equal(sites, source.Load().Config!.Edge.Sites.Count);
        return ThreadTime() - before;
    }

    private static long ThreadTime()
    {
        const int ThreadCpuClock = 3;
        var time = new long[2];
        Assert.Equal(0, ClockGetTime(ThreadCpuClock, time));
        return (time[0] * 1_000_000_000) + time[1];
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, [Out] long[] secondsAndNanoseconds);

    private static string Site(string name) => $$"""{ "EdgeProxy": { "Domains": { "{{name}}": { "Upstream": "demo" } } } }""";

    private ConfigPlace Place() => new(_current.Path, _program.Path, "Staging", _prefix);

    private ConfigSource Source(params string[] files) => new(Place(), files, _ => ConfigResult<LibrarySections>.Valid(new Library("")));

    private void Variable(string name, string value)
    {
        _variables.Add(_prefix + name);
        Environment.SetEnvironmentVariable(_prefix + name, value);
    }

    private sealed record Library(string Text) : LibrarySections;
}
