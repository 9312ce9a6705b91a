namespace EdgeProxy.Acme.Tests.Transport;

public sealed class ExternalAccountBindingTests
{
    [Theory]
    [InlineData("-_-_")]
    [InlineData("+/+/")]
    [InlineData("+_-/")]
    [InlineData(" -_-_\n")]
    public void AcceptsTheKeyAsCasPrintIt(string printed)
    {
        var binding = ExternalAccountBinding.FromBase64Url("kid-1", printed);

        Assert.Equal([0xfb, 0xff, 0xbf], binding.HmacKey.ToArray());
    }

    [Theory]
    [InlineData("-w")]
    [InlineData("-w==")]
    [InlineData("+w==")]
    public void AcceptsTheKeyWithAndWithoutPadding(string printed)
    {
        Assert.Equal([0xfb], ExternalAccountBinding.FromBase64Url("kid-1", printed).HmacKey.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("====")]
    [InlineData("not a key!")]
    public void RejectsOthersWithoutQuotingThem(string printed)
    {
        var failure = Assert.Throws<FormatException>(() => ExternalAccountBinding.FromBase64Url("kid-1", printed));

        Assert.Equal("The HMAC key of the external account kid-1 is not base64url.", failure.Message);
    }

    [Fact]
    public void NeverPrintsTheKey()
    {
        var binding = ExternalAccountBinding.FromBase64Url("kid-1", "c2VjcmV0");

        Assert.Equal("external account kid-1", binding.ToString());
        Assert.DoesNotContain("c2VjcmV0", new AccountRequest([], true, binding).ToString());
    }
}
