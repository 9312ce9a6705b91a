namespace EdgeProxy.Acme.Tests.Transport;

public sealed class LinkHeaderTests
{
    private static readonly Uri Url = new("https://ca.test/certificate/1");

    [Fact]
    public void FindsSeveralLinksInOneHeaderAndInSeveral()
    {
        string[] headers =
        [
            """<https://ca.test/dir>;rel="index", <https://ca.test/certificate/1/1>;rel="alternate" , <2>; title="a, b"; rel=alternate""",
            """<https://other.test/3>; rel="up alternate" """,
        ];

        Assert.Equal([new("https://ca.test/certificate/1/1"), new("https://ca.test/certificate/2"), new("https://other.test/3")],
            LinkHeader.Find(headers, "alternate", Url));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>")]
    [InlineData("<https://ca.test/1>")]
    [InlineData("https://ca.test/1; rel=alternate")]
    [InlineData("<https://ca.test/1>; rel=up; title=\"rel=alternate\"")]
    [InlineData("<https://ca.test/1>; norel=alternate")]
    [InlineData("<https://ca.test/1; rel=alternate")]
    public void FindsNothingElse(string header)
    {
        Assert.Empty(LinkHeader.Find([header], "alternate", Url));
    }
}
