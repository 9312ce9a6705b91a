namespace EdgeProxy.Acme;

/// <summary>Says which names could not be validated and what the CA saw instead.</summary>
internal static class ValidationFailure
{
    public static AcmeException From(IReadOnlyList<(AcmeAuthorization Authorization, string ChallengeType)> failures) =>
        new(string.Join(" ", failures.Select(failure => Describe(failure.Authorization, failure.ChallengeType))))
        {
            Problem = Combine(failures),
        };

    private static string Describe(AcmeAuthorization failure, string challengeType)
    {
        var reason = ErrorOf(failure, challengeType)?.ToString() ?? $"the authorization is {failure.Status.ToString().ToLowerInvariant()}";
        return $"The CA could not validate {failure.Identifier} with {challengeType}: {reason}.";
    }

    /// <summary>RFC 8555 §6.7.1: several problems at once are sub-problems of one.</summary>
    private static AcmeProblem? Combine(IReadOnlyList<(AcmeAuthorization Authorization, string ChallengeType)> failures)
    {
        var errors = new List<AcmeProblem>();
        foreach (var (failure, challengeType) in failures)
        {
            if (ErrorOf(failure, challengeType) is { } error)
                errors.Add(error with { Identifier = failure.Identifier });
        }
        return errors.Count > 1 ? new AcmeProblem { Type = AcmeErrorType.Compound, Subproblems = errors } : errors.FirstOrDefault();
    }

    private static AcmeProblem? ErrorOf(AcmeAuthorization failure, string challengeType) => failure.ChallengeOf(challengeType)?.Error;
}
