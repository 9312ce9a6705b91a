namespace EdgeProxy.Acme;

/// <summary>Puts the proof of control of a name where the CA will look for it.</summary>
/// <remarks>
/// <para>An implementation MUST have the proof in place, visible from the internet as far as it can know, when
/// <see cref="PresentAsync"/> returns; the CA looks once the method has returned, perhaps several times and from several places.</para>
/// <para>It MUST be ready for several names, and several tokens for one name, at a time.</para>
/// <para><see cref="CleanUpAsync"/> is called once for every <see cref="PresentAsync"/> that was begun, also when that failed or was
/// cancelled. It MUST NOT fail when there is nothing to clean up, and SHOULD NOT throw at all: an exception is swallowed.</para>
/// <para>Both SHOULD end quickly when cancelled.</para>
/// </remarks>
public interface IChallengeSolver
{
    /// <summary>The kind of challenge solved here: <c>http-01</c>, <c>dns-01</c>, <c>tls-alpn-01</c>.</summary>
    string ChallengeType { get; }

    /// <summary>Puts the proof in place.</summary>
    ValueTask PresentAsync(AcmeChallengeContext context, CancellationToken cancellationToken);

    /// <summary>Takes the proof away again.</summary>
    ValueTask CleanUpAsync(AcmeChallengeContext context, CancellationToken cancellationToken);
}
