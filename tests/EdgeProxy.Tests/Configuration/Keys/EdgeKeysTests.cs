using System.Text.RegularExpressions;
using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Parsing;
using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Writing;

namespace EdgeProxy.Tests.Configuration.Keys;

/// <summary>What holds for every key that is declared; one that is forgotten in the table below fails here.</summary>
public partial class EdgeKeysTests
{
    private const string Terms = "'AcceptTermsOfService': true";
    private const string PrivateCa = "'DirectoryUrl': 'https://ca.internal/dir'";
    private const string Account = $"{Terms}, 'ExternalAccount': ";
    private const string Pair = "'Certificate': { 'Source': 'File', ";

    /// <summary>By key: what is written in its section, and another thing that means something else.</summary>
    private static readonly Dictionary<string, (string Before, string After)> Changes = new()
    {
        ["HttpPort"] = ("", "'HttpPort': 8080"),
        ["HttpsPort"] = ("'PublicHttpsPort': 443", "'PublicHttpsPort': 443, 'HttpsPort': 8443"),
        ["BindAddress"] = ("", "'BindAddress': '10.0.0.1'"),
        ["PublicHttpsPort"] = ("", "'PublicHttpsPort': 8443"),
        ["DataDirectory"] = ("", "'DataDirectory': 'state'"),
        ["ShutdownGracePeriod"] = ("", "'ShutdownGracePeriod': '1.00:00:00.5'"),
        ["Admin:Port"] = ("", "'Admin': { 'Port': 0 }"),
        ["Admin:BindAddress"] = ("", "'Admin': { 'BindAddress': '*' }"),
        ["Limits:MaxConnections"] = ("", "'Limits': { 'MaxConnections': 10000 }"),
        ["Limits:MaxConnectionsPerClient"] = ("", "'Limits': { 'MaxConnectionsPerClient': 100 }"),
        ["TrustedProxies"] = ("'TrustedProxies': [ '10.0.0.0/8' ]", "'TrustedProxies': [ '10.0.0.0/8', 'fd00::1' ]"),
        ["Acme:Email"] = (Terms, $"{Terms}, 'Email': 'ops@example.org'"),
        ["Acme:AcceptTermsOfService"] = (PrivateCa, $"{PrivateCa}, {Terms}"),
        ["Acme:DirectoryUrl"] = (Terms, $"{Terms}, 'DirectoryUrl': 'https://ca.example.org/dir'"),
        ["Acme:Staging"] = (Terms, $"{Terms}, 'Staging': true"),
        ["Acme:TrustedRoots"] = (Terms, $"{Terms}, 'TrustedRoots': 'roots.pem'"),
        ["Acme:KeyType"] = (Terms, $"{Terms}, 'KeyType': 'RSA4096'"),
        ["Acme:Profile"] = (Terms, $"{Terms}, 'Profile': 'shortlived'"),
        ["Acme:ExternalAccount:KeyId"] = ($"{Account}{{ 'KeyId': 'a', 'HmacKey': 'YQ' }}", $"{Account}{{ 'KeyId': 'b', 'HmacKey': 'YQ' }}"),
        ["Acme:ExternalAccount:HmacKey"] =
            ($"{Account}{{ 'KeyId': 'a', 'HmacKey': 'YQ' }}", $"{Account}{{ 'KeyId': 'a', 'HmacKey': 'Yg' }}"),
        ["Domains:<name>:Upstream"] = ("'Upstream': 'http://a'", "'Upstream': 'h2c://a'"),
        ["Domains:<name>:Upstreams"] = ("'Upstreams': [ 'http://a/x/', 'demo' ]", "'Upstreams': [ 'demo', 'http://a/x/' ]"),
        ["Domains:<name>:RedirectTo"] = ("'RedirectTo': 'https://a.example'", "'RedirectTo': 'https://a.example/b'"),
        ["Domains:<name>:Aliases"] = ("", "'Aliases': [ 'www.example.org', 'bücher.example.org' ]"),
        ["Domains:<name>:Certificate:Source"] = ("", "'Certificate': { 'Source': 'Internal' }"),
        ["Domains:<name>:Certificate:Path"] = ($"{Pair}'Path': 'a', 'KeyPath': 'b' }}", $"{Pair}'Path': 'c', 'KeyPath': 'b' }}"),
        ["Domains:<name>:Certificate:KeyPath"] = ($"{Pair}'Path': 'a', 'KeyPath': 'b' }}", $"{Pair}'Path': 'a', 'KeyPath': 'c' }}"),
        ["Domains:<name>:HostHeader"] = ("'HostHeader': 'Upstream'", "'HostHeader': 'api.example.org:8080'"),
        ["Domains:<name>:HttpsRedirect"] = ("", "'HttpsRedirect': false"),
        ["Domains:<name>:RedirectStatusCode"] = ("", "'RedirectStatusCode': 308"),
        ["Domains:<name>:Timeout"] = ("", "'Timeout': '00:00:05'"),
        ["Domains:<name>:ConnectTimeout"] = ("", "'ConnectTimeout': '00:00:01.25'"),
        ["Domains:<name>:RequestBuffering"] = ("", "'RequestBuffering': true"),
        ["Domains:<name>:MaxRequestBodySize"] = ("", "'MaxRequestBodySize': 0"),
        ["Domains:<name>:Errors:<status>"] =
            ("'Errors': { '503': { 'n': 1.50, 'ä': [ '<' ] } }", "'Errors': { '503': '{ \\'n\\': 1.50 }' }"),
    };

    /// <summary>Keys that can be written in one way only.</summary>
    private static readonly string[] Constant = ["Acme:Challenge"];

    public static TheoryData<string> Paths => [.. Leaves(EdgeKeys.Section, "")];

    [Theory]
    [MemberData(nameof(Paths))]
    public void AChangeMakesAnotherConfigurationThatIsReadAsItIsWritten(string path)
    {
        var key = path.Replace("Domains:<name>:Acme:", "Acme:", StringComparison.Ordinal);
        if (Constant.Contains(key))
            return;
        var (before, after) = Changes[key];

        Assert.Equal(Parse(path, before), Parse(path, before));
        Assert.NotEqual(Parse(path, before), Parse(path, after));
        Assert.Equal(Parse(path, before), WriteAndParse(Parse(path, before)));
        Assert.Equal(Parse(path, after), WriteAndParse(Parse(path, after)));
    }

    [Fact]
    public void TheReadmeSaysTheSame()
    {
        Assert.Equal(Rows(EdgeKeys.Section, "").Select(Row), ReadmeRows("EdgeProxy", EdgeKeys.Section));
        Assert.Equal(Rows(EdgeKeys.Site, "").Select(Row), ReadmeRows("EdgeProxy:Domains:<name>", EdgeKeys.Site));
        Assert.Contains(
            $"The status is one of {string.Join(", ", ErrorBodyParser.Statuses.SkipLast(1))} and {ErrorBodyParser.Statuses[^1]}.",
            Readme,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheReadmeNamesEveryWordToChooseFromAndEveryUnit()
    {
        var rows = ReadmeCells("EdgeProxy").Concat(ReadmeCells("EdgeProxy:Domains:<name>"))
            .ToDictionary(cells => cells[0], cells => cells[2]);

        foreach (var (path, key) in Rows(EdgeKeys.Section, "").Concat(Rows(EdgeKeys.Site, "")).Where(row => row.Key.Kind is not null))
        {
            Assert.All(key.Kind!.Words, word => Assert.Contains(word, rows[path], StringComparison.Ordinal));
            Assert.Contains(key.Kind.Unit, $"{rows[path]} Times are hh:mm:ss.", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void EveryKeySaysWhatItMeansInOneSentence() => Assert.All(
        Leaves(EdgeKeys.Section, "").Select(path => EdgeKeys.Section.Find(path)!),
        key => Assert.Matches(@"^[^.]+[^.\s]( \(.+\))?$", key.Meaning.Replace("RFC 8555", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("httpport", "HttpPort")]
    [InlineData("Domains:example.org:Acme:ExternalAccount:KeyId", "KeyId")]
    [InlineData("Domains:example.org", "<name>")]
    [InlineData("Domains:example.org:Errors:502", "<status>")]
    [InlineData("Admin:Porto", null)]
    [InlineData("HttpPort:1", null)]
    public void AKeyIsFoundByItsPath(string path, string? name) => Assert.Equal(name, EdgeKeys.Section.Find(path)?.Name);

    private static string Readme => File.ReadAllText(Path.Combine(HostSources.Repository, "README.md"));

    private static EdgeConfig Parse(string path, string keys) => ConfigText.Accept(ConfigText.Parse(path.Split(':') switch
    {
        ["Domains", _, "Acme", ..] => $"{{ 'Domains': {{ 'example.org': {{ 'Upstream': 'demo', 'Acme': {{ {keys} }} }} }} }}",
        ["Domains", ..] => $"{{ 'Acme': {{ {Terms} }}, 'Domains': {{ 'example.org': {{ {Upstream(keys)}{keys} }} }} }}",
        ["Acme", ..] => $"{{ 'Acme': {{ {keys} }}, 'Domains': {{ 'example.org': {{ 'Upstream': 'demo' }} }} }}",
        _ => $"{{ {keys}{(keys.Length > 0 ? "," : "")} 'Domains': {{ 'localhost': {{ 'Upstream': 'demo' }} }} }}",
    }));

    private static string Upstream(string keys) => HasTarget().IsMatch(keys) ? "" : "'Upstream': 'demo', ";

    private static EdgeConfig WriteAndParse(EdgeConfig config) =>
        ConfigText.Accept(ConfigText.ParseFile(ConfigWriter.Write(config, ConfigText.BaseDirectory)));

    private static IEnumerable<string> Leaves(SectionKey section, string prefix) => section.Keys.SelectMany(key =>
        key is SectionKey inner ? Leaves(inner, $"{prefix}{key.Name}:") : [prefix + key.Name]);

    /// <summary>One row a key; a site has its own table, and its Acme section is the general one.</summary>
    private static IEnumerable<(string Path, ConfigKey Key)> Rows(SectionKey section, string prefix) => section.Keys.SelectMany(key =>
        key is SectionKey inner && inner != EdgeKeys.Site && inner != SiteKeys.Acme ? Rows(inner, $"{prefix}{key.Name}:")
        : [(prefix + key.Name + (key == SiteKeys.Acme ? ":*" : ""), key)]);

    private static string Row((string Path, ConfigKey Key) row) => $"{row.Path} | {row.Key.DefaultText} | {row.Key.Meaning}";

    /// <summary>A meaning in the README may go on after the declared sentence.</summary>
    private static IEnumerable<string> ReadmeRows(string under, SectionKey section) => ReadmeCells(under)
        .Select(cells => (Cells: cells, section.Find(cells[0].Replace(":*", "", StringComparison.Ordinal))?.Meaning))
        .Select(row => (row.Cells, Meaning: row.Meaning is { } meaning && Continues(row.Cells[2], meaning) ? meaning : row.Cells[2]))
        .Select(row => $"{row.Cells[0]} | {row.Cells[1]} | {row.Meaning}");

    private static IEnumerable<string[]> ReadmeCells(string under) => Readme.Split('\n')
        .SkipWhile(line => !line.StartsWith($"| key under `{under}` |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => Link().Replace(line, "$1").Replace("`", "", StringComparison.Ordinal))
        .Select(line => line.Trim('|').Split('|', 3, StringSplitOptions.TrimEntries));

    private static bool Continues(string text, string meaning) =>
        text.StartsWith(meaning, StringComparison.Ordinal)
        && (text.Length == meaning.Length || ".;,: ".Contains(text[meaning.Length], StringComparison.Ordinal));

    [GeneratedRegex("^'(Upstreams?|RedirectTo)'")]
    private static partial Regex HasTarget();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();
}
