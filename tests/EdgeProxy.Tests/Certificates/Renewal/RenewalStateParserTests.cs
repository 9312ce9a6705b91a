using System.Text.Json;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RenewalStateParserTests
{
    private const string Ca = "https://ca.example/dir";
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly ServingCertificate Old = TestCa.CreateRoot().Serve("a.example");
    private static readonly ServingCertificate New = TestCa.CreateRoot().Serve("a.example");

    [Fact]
    public void WithoutAnythingACertificateIsWantedNow() =>
        Assert.Equal(new RenewalState.Wanted { Authority = Ca, Since = Now }, RenewalStateParser.Parse(null, null, Ca, Now));

    [Fact]
    public void WhatIsKnownOfTheCertificateThatIsThereCounts() =>
        Assert.Equal(Failed(Old), RenewalStateParser.ToStored(RenewalStateParser.Parse(Failed(Old), Old, Ca, Now)));

    [Fact]
    public void FailuresBeforeTheFirstCertificateCount() =>
        Assert.Equal(Failed(null), RenewalStateParser.ToStored(RenewalStateParser.Parse(Failed(null), null, Ca, Now)));

    [Fact]
    public void ACertificateThatWasStoredJustBeforeACrashEndsTheFailures() =>
        Assert.Equal(RenewalState.Issued(New, Ca, Now), RenewalStateParser.Parse(Failed(Old), New, Ca, Now));

    [Fact]
    public void TheFirstCertificateThatWasStoredJustBeforeACrashEndsTheFailures() =>
        Assert.Equal(RenewalState.Issued(New, Ca, Now), RenewalStateParser.Parse(Failed(null), New, Ca, Now));

    [Fact]
    public void AnotherCaIsAskedNowAndKnowsNothingOfTheFailures() => Assert.Equal(
        new RenewalState.Wanted { Authority = "https://other.example/dir", Since = Now, Certificate = new(Old.Leaf.Thumbprint, Ca) },
        RenewalStateParser.Parse(Failed(Old), Old, "https://other.example/dir", Now));

    [Fact]
    public void ACertificateThatCameWithoutAStateIsHeldUntilItIsDue() => Assert.Equal(
        new RenewalState.Held { Authority = Ca, Certificate = new(New.Leaf.Thumbprint, Ca), RenewalDue = RenewalPolicy.Due(New) },
        RenewalStateParser.Parse(null, New, Ca, Now));

    /// <summary>Word for word what version 1 wrote.</summary>
    [Theory]
    [InlineData("""
        {
          "authority": "https://ca.example/dir",
          "due": "2026-11-24T20:42:26.1234567+00:00",
          "failures": 2,
          "lastError": "The CA says no.",
          "order": "https://ca.example/order/1",
          "orderFailures": 1
        }

        """, typeof(RenewalState.Failed))]
    [InlineData("""
        {
          "authority": "https://ca.example/dir",
          "due": "2027-01-24T20:42:26.1234567+00:00",
          "failures": 0,
          "certificate": "THUMBPRINT",
          "issuedBy": "https://ca.example/dir"
        }

        """, typeof(RenewalState.Held))]
    [InlineData("""
        {
          "authority": "https://ca.example/dir",
          "due": "2027-01-24T20:42:26.1234567+00:00",
          "failures": 0,
          "order": "https://ca.example/order/1",
          "certificate": "THUMBPRINT",
          "issuedBy": "https://ca.example/dir"
        }

        """, typeof(RenewalState.Held))]
    public async Task ReadsWhatEarlierVersionsWroteAndWritesTheSame(string file, Type state)
    {
        using var folder = new TestFolder();
        var text = file.Replace("THUMBPRINT", Old.Leaf.Thumbprint, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("data/certificates/a.example"));
        var path = folder.Write("data/certificates/a.example/renewal.json", text);
        var store = (await TestStores.OpenAsync(folder.File("data"))).Certificates;

        var stored = (await store.LoadAsync("a.example", TestContext.Current.CancellationToken)).Renewal;
        var parsed = RenewalStateParser.Parse(stored, stored?.Certificate is null ? null : Old, Ca, Now);
        await store.SaveStateAsync("a.example", RenewalStateParser.ToStored(parsed), TestContext.Current.CancellationToken);

        Assert.IsType(state, parsed);
        Assert.Equal(Normal(text), Normal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)));
    }

    private static string Normal(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json));

    private static StoredRenewal Failed(ServingCertificate? certificate) => new()
    {
        Authority = Ca,
        Due = Now.AddHours(3),
        Failures = 3,
        LastError = "No.",
        Order = new Uri("https://ca.example/order/1"),
        OrderFailures = 2,
        Certificate = certificate?.Leaf.Thumbprint,
        IssuedBy = certificate is null ? null : Ca,
    };
}
