using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Tls;

public sealed class ServerNameTests
{
    [Theory]
    [InlineData("a.example", "a.example")]
    [InlineData("A.Example.", "a.example")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("bücher.Example", "xn--bcher-kva.example")]
    [InlineData("straße.example", "xn--strae-oqa.example")]
    [InlineData("☃.example", "xn--n3h.example")]
    [InlineData("", "")]
    public void GivesTheNameBackThatTheClientSent(string decoded, string name) => Assert.Equal(name, ServerName.ToHostName(decoded));

    [Theory]
    [InlineData("\u0080..example")]
    [InlineData("\uD800.example")]
    public void WhatIsNoNameIsNoError(string decoded) => Assert.NotNull(ServerName.ToHostName(decoded));

    [Fact]
    public void AnOrdinaryNameAllocatesNothing()
    {
        ServerName.ToHostName("a.example");

        var before = GC.GetAllocatedBytesForCurrentThread();
        ServerName.ToHostName("a.example");

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
