namespace EdgeProxy.Acme;

/// <summary>Says which names could not be validated and what the CA saw instead.</summary>
internal static class ValidationFailure
{
    public static AcmeException From(IReadOnlyList<AcmeAuthorization> failures, string challengeType) =>
        new(string.Join(" ", failures.Select(failure => Describe(failure, challengeType))))
        {
            Problem = failures.Select(failure => ErrorOf(failure, challengeType)).FirstOrDefault(error => error is not null),
        };

    private static string Describe(AcmeAuthorization failure, string challengeType)
    {
        var reason = ErrorOf(failure, challengeType)?.ToString() ?? $"the authorization is {failure.Status.ToString().ToLowerInvariant()}";
        return $"The CA could not validate {failure.Identifier} with {challengeType}: {reason}.";
    }

    private static AcmeProblem? ErrorOf(AcmeAuthorization failure, string challengeType) =>
        failure.Challenges.FirstOrDefault(challenge => challenge.Type == challengeType && challenge.Error is not null)?.Error;
}
