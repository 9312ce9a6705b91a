namespace EdgeProxy.Acme;

/// <summary>Turns an answer that is not a success into the exception that explains it.</summary>
internal static class AcmeRefusal
{
    public static AcmeException From(AcmeResponse response)
    {
        var problem = ProblemOf(response);
        return new AcmeException(Sentence(response, problem) + Delay(response.RetryAfter))
        {
            Problem = problem,
            StatusCode = response.Status,
            RetryAfter = response.RetryAfter,
            IsPermanent = problem is not null && AcmeErrorType.IsPermanent(problem.Type),
        };
    }

    /// <summary>
    /// RFC 8555 §6.7 has problems in application/problem+json, but some CAs send application/json. Other media types, such as HTML, are
    /// not read: they come from a server in front of the CA.
    /// </summary>
    public static AcmeProblem? ProblemOf(AcmeResponse response) =>
        !response.IsSuccess && response.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true
            ? AcmeProblem.TryParse(response.Body)
            : null;

    private static string Sentence(AcmeResponse response, AcmeProblem? problem)
    {
        if (problem is not null)
            return $"{response.Url} refused the request: {problem}.";
        var answer = $"{response.Url} answered {(int)response.Status} {response.Status}";
        return response.Location is { } other && (int)response.Status is >= 300 and < 400
            ? $"{answer} and points to {other}; redirects are not followed, so use the final URL."
            : $"{answer} without a problem document that can be read (media type: {response.MediaType ?? "none"}).";
    }

    private static string Delay(TimeSpan? retryAfter) =>
        retryAfter is { } delay ? $" It asks to wait {Math.Ceiling(delay.TotalSeconds):0} seconds." : "";
}
