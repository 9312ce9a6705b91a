using EdgeProxy.Observability;

namespace EdgeProxy.Tests.Observability;

public sealed class OutsideTextTests
{
    [Theory]
    [InlineData("", "-")]
    [InlineData("/a?b=%20", "/a?b=%20")]
    [InlineData("a b", "a\\u0020b")]
    [InlineData("\"\\\n\u001b", "\\u0022\\u005c\\u000a\\u001b")]
    [InlineData("ü\u202e", "\\u00fc\\u202e")]
    public void AFieldIsPlainAndLosesNothing(string text, string field) => Assert.Equal(field, OutsideText.Field(text));

    [Theory]
    [InlineData("broke off: \"ü\"", "broke off: \"ü\"")]
    [InlineData("a\r\nb\u001b[0m\u2028c\u202ed\u0085", "a??b?[0m?c?d?")]
    public void ASentenceIsOneLineThatATerminalOnlyShows(string text, string sentence) =>
        Assert.Equal(sentence, OutsideText.Sentence(text));

    [Fact]
    public void BothAreBounded()
    {
        var text = new string('\n', 100_000);
        Assert.Equal((1024 * 6) + 3, OutsideText.Field(text).Length);
        Assert.Equal(200, OutsideText.Sentence(text).Length);
    }
}
