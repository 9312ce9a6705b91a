namespace EdgeProxy.Acme;

/// <summary>Puts the proof of control of a name where the CA will look for it.</summary>
/// <remarks>
/// <para>For each order, every proof is first put in place by <see cref="PresentAsync"/>, one after the other. Then
/// <see cref="WaitUntilVisibleAsync"/> is awaited for all of them together, and only then is the CA asked to look, perhaps several times
/// and from several places. At the end <see cref="CleanUpAsync"/> takes them away.</para>
/// <para>An implementation MUST be ready for several names, and several tokens for one name, at a time.</para>
/// <para><see cref="PresentAsync"/> MUST have put the proof in place when it completes. It SHOULD NOT wait until others can see the
/// proof where that takes time, as a DNS record does: the next name would wait as well.</para>
/// <para><see cref="WaitUntilVisibleAsync"/> MUST complete only when the proof is visible from the internet as far as the solver can
/// know, and SHOULD throw when that takes too long: nothing else but the caller's cancellation ends it. It is not called for a proof
/// whose <see cref="PresentAsync"/> failed. When it fails for one proof, the waiting for the others is cancelled.</para>
/// <para><see cref="CleanUpAsync"/> is called once for every <see cref="PresentAsync"/> that was begun, also when that or the waiting
/// failed or was cancelled. It MUST NOT fail when there is nothing to clean up, and SHOULD NOT throw at all: an exception is
/// swallowed.</para>
/// <para>All SHOULD end quickly when cancelled; a cleaning up is cancelled after 30 seconds.</para>
/// </remarks>
public interface IChallengeSolver
{
    /// <summary>The kind of challenge solved here: <c>http-01</c>, <c>dns-01</c>, <c>tls-alpn-01</c>.</summary>
    string ChallengeType { get; }

    /// <summary>Puts the proof in place.</summary>
    ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken);

    /// <summary>Waits until the CA can see the proof. Without an implementation it is visible as soon as it is in place.</summary>
    ValueTask WaitUntilVisibleAsync(AcmeChallengeContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Takes the proof away again.</summary>
    ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken);
}
