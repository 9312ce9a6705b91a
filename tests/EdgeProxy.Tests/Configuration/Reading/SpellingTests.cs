using EdgeProxy.Configuration.Reading;

namespace EdgeProxy.Tests.Configuration.Reading;

public class SpellingTests
{
    private static readonly string[] Known = ["Upstream", "Upstreams", "Timeout", "RedirectTo"];

    [Theory]
    [InlineData("Upstrem", "Upstream")]
    [InlineData("upstraems", "Upstreams")]
    [InlineData("TimeOut", "Timeout")]
    [InlineData("Redirect", "RedirectTo")]
    [InlineData("Colour", null)]
    [InlineData("", null)]
    public void FindsTheWordThatWasMeant(string written, string? meant) => Assert.Equal(meant, Spelling.Closest(written, Known));
}
