using System.Text;

namespace EdgeProxy.Acme.Tests.Transport;

public sealed class AcmeProblemTests
{
    [Fact]
    public void TellsEverythingTheCaSaidInOneLine()
    {
        var problem = Parse("""
            {
              "type": "urn:ietf:params:acme:error:malformed", "title": "unused", "status": 400, "detail": "Some names\nwere rejected",
              "subproblems": [
                {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "forbidden",
                 "identifier": {"type": "dns", "value": "a.test"}},
                {"type": "https://ca.test/errors/odd", "title": "odd"}
              ]
            }
            """);

        Assert.NotNull(problem);
        Assert.Equal(400, problem.Status);
        Assert.Equal(AcmeIdentifier.Dns("a.test"), problem.Subproblems[0].Identifier);
        Assert.Equal("Some names were rejected (malformed); a.test: forbidden (rejectedIdentifier); odd (https://ca.test/errors/odd)",
            problem.ToString());
    }

    [Fact]
    public void SendsPeopleWhereTheyHaveToAct()
    {
        var problem = Parse("""
            {"type": "urn:ietf:params:acme:error:userActionRequired", "detail": "Terms changed", "instance": "https://ca.test/terms"}
            """);

        Assert.Equal("Terms changed (userActionRequired); visit https://ca.test/terms", problem?.ToString());
    }

    [Fact]
    public void IsBoundedHoweverMuchTheCaSays()
    {
        var problem = new AcmeProblem { Type = AcmeErrorType.Malformed, Detail = new string('x', 100_000) };

        Assert.Equal(2003, problem.ToString().Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"detail": 5}""")]
    [InlineData("""{"error": "something else"}""")]
    [InlineData("<html>")]
    public void IsNullWhereThereIsNone(string text)
    {
        Assert.Null(Parse(text));
    }

    [Fact]
    public void ToleratesNullForAListAndInIt()
    {
        Assert.Empty(Parse("""{"detail": "x", "subproblems": null}""")!.Subproblems);
        Assert.Empty(Parse("""{"detail": "x", "subproblems": [null]}""")!.Subproblems);
    }

    private static AcmeProblem? Parse(string json) => AcmeProblem.TryParse(Encoding.UTF8.GetBytes(json));
}
