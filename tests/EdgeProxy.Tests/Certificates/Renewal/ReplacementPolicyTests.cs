using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class ReplacementPolicyTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly TestCa Ca = TestCa.CreateRoot();

    private static readonly Dictionary<string, ServingCertificate?> Certificates = new()
    {
        ["nothing"] = null,
        ["good"] = Serve("a.example", -1, 90),
        ["wildcard"] = Serve("*.example", -1, 90),
        ["ended"] = Serve("a.example", -90, -1),
        ["to come"] = Serve("a.example", 1, 90),
        ["other"] = Serve("b.example", -1, 90),
        ["other, ended"] = Serve("b.example", -90, -1),
    };

    [Theory]
    [InlineData("nothing", "other, ended", null)]
    [InlineData("good", "wildcard", null)]
    [InlineData("good", "ended", "ended on ")]
    [InlineData("good", "to come", "begins on ")]
    [InlineData("good", "other", "is not for a.example")]
    [InlineData("ended", "good", null)]
    [InlineData("ended", "to come", null)]
    [InlineData("ended", "other", "is not for a.example")]
    [InlineData("other", "ended", null)]
    [InlineData("other", "other, ended", "is not for a.example")]
    [InlineData("other, ended", "other", null)]
    public void NothingIsReplacedByWhatClientsLikeLess(string served, string candidate, string? objection)
    {
        var found = ReplacementPolicy.Objection(Certificates[served], Certificates[candidate]!, "a.example", Now);

        Assert.Equal(objection is null, found is null);
        Assert.StartsWith(objection ?? "", found ?? "", StringComparison.Ordinal);
    }

    private static ServingCertificate Serve(string name, int fromDay, int toDay) =>
        Ca.Serve(name, Now.AddDays(fromDay), TimeSpan.FromDays(toDay - fromDay));
}
