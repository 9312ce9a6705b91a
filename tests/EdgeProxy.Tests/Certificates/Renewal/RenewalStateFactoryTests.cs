using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RenewalStateFactoryTests
{
    private const string Ca = "https://ca.example/dir";
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly ServingCertificate Old = TestCa.CreateRoot().Serve("a.example");
    private static readonly ServingCertificate New = TestCa.CreateRoot().Serve("a.example");

    [Fact]
    public void WithoutAnythingACertificateIsDueNow()
    {
        var state = RenewalStateFactory.Create(null, null, Ca, Now);

        Assert.Equal(new RenewalState { Authority = Ca, Due = Now }, state);
    }

    [Fact]
    public void WhatIsKnownOfTheCertificateThatIsThereCounts()
    {
        var stored = Failed(Old);

        Assert.Equal(stored, RenewalStateFactory.Create(stored, Old, Ca, Now));
    }

    [Fact]
    public void FailuresBeforeTheFirstCertificateCount()
    {
        var stored = Failed(null);

        Assert.Equal(stored, RenewalStateFactory.Create(stored, null, Ca, Now));
    }

    [Fact]
    public void ACertificateThatWasStoredJustBeforeACrashEndsTheFailures()
    {
        var state = RenewalStateFactory.Create(Failed(Old), New, Ca, Now);

        Assert.Equal(RenewalStateFactory.Issued(New, Ca, Now), state);
    }

    [Fact]
    public void TheFirstCertificateThatWasStoredJustBeforeACrashEndsTheFailures()
    {
        var state = RenewalStateFactory.Create(Failed(null), New, Ca, Now);

        Assert.Equal(RenewalStateFactory.Issued(New, Ca, Now), state);
    }

    [Fact]
    public void AnotherCaIsAskedNowAndKnowsNothingOfTheFailures()
    {
        var state = RenewalStateFactory.Create(Failed(Old), Old, "https://other.example/dir", Now);

        Assert.Equal(new RenewalState
        {
            Authority = "https://other.example/dir",
            Due = Now,
            Certificate = Old.Leaf.Thumbprint,
            IssuedBy = Ca,
        }, state);
    }

    [Fact]
    public void ACertificateThatCameWithoutAStateIsKeptUntilItIsDue()
    {
        var state = RenewalStateFactory.Create(null, New, Ca, Now);

        Assert.Equal(RenewalStateFactory.Due(New), state.Due);
        Assert.Equal(Ca, state.IssuedBy);
    }

    [Fact]
    public void AFailureThatWasNotedWhileTheClockWasAheadIsNotWaitedFor()
    {
        var state = Failed(Old) with { Due = Now.AddYears(10) };

        Assert.Equal(state with { Due = Now }, RenewalStateFactory.Plausible(state, Old, Now));
    }

    [Fact]
    public void ACertificateThatCameWhileTheClockWasAheadIsRenewedWhenItIsDue()
    {
        var state = RenewalStateFactory.Issued(Old, Ca, Now.AddYears(10));

        Assert.Equal(RenewalStateFactory.Due(Old), RenewalStateFactory.Plausible(state, Old, Now).Due);
    }

    [Fact]
    public void OtherDatesStay()
    {
        var (issued, failed) = (RenewalStateFactory.Issued(Old, Ca, Now), Failed(Old) with { Due = Now.AddDays(8) });

        Assert.Same(issued, RenewalStateFactory.Plausible(issued, Old, Now));
        Assert.Same(issued, RenewalStateFactory.Plausible(issued, Old, Now.AddYears(-50)));
        Assert.Same(failed, RenewalStateFactory.Plausible(failed, Old, Now));
    }

    private static RenewalState Failed(ServingCertificate? certificate) => new()
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
