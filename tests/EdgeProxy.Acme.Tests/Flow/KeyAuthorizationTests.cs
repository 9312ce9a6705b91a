namespace EdgeProxy.Acme.Tests.Flow;

public sealed class KeyAuthorizationTests
{
    [Fact]
    public void JoinsTokenAndThumbprint()
    {
        using var key = AcmeAccountKey.Generate();

        Assert.Equal($"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0.{key.Thumbprint}",
            KeyAuthorization.For("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", key));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("padded==")]
    [InlineData("a+b/c")]
    [InlineData("ünïcode")]
    [InlineData("line\nbreak")]
    public void RejectsTokensThatCouldBeSomethingElse(string? token)
    {
        using var key = AcmeAccountKey.Generate();

        Assert.False(KeyAuthorization.IsToken(token));
        Assert.Throws<AcmeException>(() => KeyAuthorization.For(token, key));
    }

    [Fact]
    public void RejectsEndlessTokens()
    {
        Assert.True(KeyAuthorization.IsToken(new string('a', 512)));
        Assert.False(KeyAuthorization.IsToken(new string('a', 513)));
    }
}
