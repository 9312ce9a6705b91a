namespace EdgeProxy.Acme;

/// <summary>Says which names could not be validated and what the CA saw instead.</summary>
internal static class ValidationFailure
{
    public static AcmeException From(IReadOnlyList<AcmeAuthorization> failures, string challengeType)
    {
        var errors = (from failure in failures
                      let error = ErrorOf(failure, challengeType)
                      where error is not null
                      select error with { Identifier = failure.Identifier }).ToList();
        return new AcmeException(string.Join(" ", failures.Select(failure => Describe(failure, challengeType))))
        {
            // RFC 8555 §6.7.1: several problems at once are sub-problems of one.
            Problem = errors is [var only] ? only : new AcmeProblem { Type = AcmeErrorType.Compound, Subproblems = errors },
        };
    }

    private static string Describe(AcmeAuthorization failure, string challengeType)
    {
        var reason = ErrorOf(failure, challengeType)?.ToString() ?? $"the authorization is {failure.Status.ToString().ToLowerInvariant()}";
        return $"The CA could not validate {failure.Identifier} with {challengeType}: {reason}.";
    }

    private static AcmeProblem? ErrorOf(AcmeAuthorization failure, string challengeType) =>
        failure.Challenges.FirstOrDefault(challenge => challenge.Type == challengeType && challenge.Error is not null)?.Error;
}
