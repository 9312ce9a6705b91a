using EdgeProxy.Certificates.Issuing;
using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Certificates.Tls;

namespace EdgeProxy.Tests.Certificates.Renewal;

public sealed class RenewalStateTests
{
    private const string Ca = "https://ca.example/dir";
    private static readonly Uri Order = new("https://ca.example/order/1");
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly ServingCertificate Served = TestCa.CreateRoot().Serve("a.example");

    [Fact]
    public void ACertificateIsHeldUntilItsRenewalIsDue()
    {
        var state = Assert.IsType<RenewalState.Held>(RenewalState.Issued(Served, Ca, Now));

        Assert.Equal(RenewalPolicy.Due(Served), state.Due);
        Assert.Equal(new HeldCertificate(Served.Leaf.Thumbprint, Ca), state.Certificate);
        Assert.Null(state.Order);
    }

    [Fact]
    public void OneThatIsDueAtOnceIsHeldForAWhile() =>
        Assert.Equal(Served.NotAfter.AddHours(1), RenewalState.Issued(Served, Ca, Served.NotAfter).Due);

    [Fact]
    public void FailuresCountUntilASuccess()
    {
        var first = Fail(Wanted());
        var third = Fail(Fail(first));

        Assert.Equal((1, "No."), (first.Failures, first.LastError));
        Assert.Equal(3, third.Failures);
        Assert.InRange(third.Due, Now.AddMinutes(100), Now.AddMinutes(110));
        Assert.IsType<RenewalState.Held>(RenewalState.Issued(Served, Ca, Now));
    }

    [Fact]
    public void AFailureChangesNothingAboutTheCertificateThatIsThere() =>
        Assert.Equal(Served.Leaf.Thumbprint, Fail(RenewalState.Issued(Served, Ca, Now)).Certificate?.Thumbprint);

    [Fact]
    public void AnOrderIsGivenUpAfterThreeFailures()
    {
        var once = Fail(Wanted().OrderPlaced(Order));
        var twice = Fail(once);

        Assert.Equal(new PendingOrder(Order, 1), once.Order);
        Assert.Equal(new PendingOrder(Order, 2), twice.Order);
        Assert.Null(Fail(twice).Order);
    }

    [Fact]
    public void AnOrderThatIsNotToBlameIsKept()
    {
        RenewalState state = Wanted().OrderPlaced(Order);
        for (var count = 0; count < 10; count++)
            state = Fail(state, new IssuanceException("No.") { OrderIsBlameless = true });

        Assert.Equal(new PendingOrder(Order, 0), state.Order);
    }

    [Fact]
    public void AnOrderThatIsLostIsGivenUp() =>
        Assert.Null(Fail(Wanted().OrderPlaced(Order), new IssuanceException("No.") { OrderIsLost = true }).Order);

    [Fact]
    public void WhatIsServedMeanwhileHastensTheNextAttempt()
    {
        var soon = Served.NotAfter.AddHours(-10);

        var state = Wanted().AttemptFailed(new IssuanceException("No."), Served, soon, new Random(1));
        for (var count = 0; count < 5; count++)
            state = state.AttemptFailed(new IssuanceException("No."), Served, soon, new Random(1));

        Assert.InRange(state.Due, soon.AddHours(1), soon.AddHours(1.1));
    }

    [Fact]
    public void AFailureThatWasNotedWhileTheClockWasAheadIsNotWaitedFor()
    {
        var state = Fail(Wanted()) with { RetryDue = Now.AddYears(10) };

        Assert.Equal(state with { RetryDue = Now }, state.Plausible(Served, Now));
    }

    [Fact]
    public void ACertificateThatCameWhileTheClockWasAheadIsRenewedWhenItIsDue()
    {
        var state = RenewalState.Issued(Served, Ca, Now.AddYears(10));

        Assert.Equal(RenewalPolicy.Due(Served), state.Plausible(Served, Now).Due);
    }

    [Fact]
    public void OneThatIsNotServedIsRenewedNow() =>
        Assert.Equal(Now, (RenewalState.Issued(Served, Ca, Now.AddYears(10))).Plausible(null, Now).Due);

    [Fact]
    public void OtherDatesStay()
    {
        var (issued, failed) = (RenewalState.Issued(Served, Ca, Now), Fail(Wanted()) with { RetryDue = Now.AddDays(8) });

        Assert.Same(issued, issued.Plausible(Served, Now));
        Assert.Same(issued, issued.Plausible(Served, Now.AddYears(-50)));
        Assert.Same(failed, failed.Plausible(Served, Now));
    }

    private static RenewalState.Wanted Wanted() => new() { Authority = Ca, Since = Now };

    private static RenewalState.Failed Fail(RenewalState state, IssuanceException? failure = null) =>
        Assert.IsType<RenewalState.Failed>(state.AttemptFailed(failure ?? new IssuanceException("No."), null, Now, new Random(1)));
}
