using System.Security.Cryptography;

namespace EdgeProxy.Acme.Tests.Flow;

/// <summary>An order for a.test and b.test, from pending to the end of its authorizations.</summary>
public sealed class AuthorizingTests : IDisposable
{
    private readonly FakeCa _ca = new();
    private readonly SkippingTime _time = new();
    private readonly AcmeAccountKey _accountKey = AcmeAccountKey.Generate();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public AuthorizingTests()
    {
        _ca.On("/new-order", Answer.Created(Order("pending"), FakeCa.OrderUrl));
        _ca.On("/order/1", Answer.Json(Order("valid", ", \"certificate\": \"https://ca.test/certificate\"")));
        _ca.On("/certificate", Answer.Pem(FakeCa.Issue(_key, ["a.test", "b.test"])));
        _ca.On("/authz/a", Answer.Json(Authorization("a")), Answer.Json(Authorization("a", "valid")));
        _ca.On("/authz/b", Answer.Json(Authorization("b")), Answer.Json(Authorization("b", "valid")));
        _ca.On("/challenge/a", Answer.Json(Challenge("a")));
        _ca.On("/challenge/b", Answer.Json(Challenge("b")));
    }

    public void Dispose()
    {
        _ca.Dispose();
        _accountKey.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task PutsEveryProofInPlaceBeforeItWaits()
    {
        var solver = new RecordingSolver();

        await ObtainAsync(solver);

        Assert.Equal(["present a.test", "present b.test", "await a.test", "await b.test", "clean a.test", "clean b.test"], solver.Calls);
        Assert.Equal("{}", _ca.Last("/challenge/a").Payload);
        Assert.Equal([Context("a"), Context("b")], solver.Contexts);
    }

    [Fact]
    public async Task HasTheCaLookOnlyWhenEveryProofIsVisible()
    {
        var (asked, visible) = (new TaskCompletionSource(), new TaskCompletionSource());
        var solver = new RecordingSolver
        {
            BecomesVisible = (context, _) =>
            {
                if (context.Token != "token-b")
                    return Task.CompletedTask;
                asked.SetResult();
                return visible.Task;
            },
        };

        var obtaining = ObtainAsync(solver);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(["present a.test", "present b.test", "await a.test", "await b.test"], solver.Calls);
        Assert.Equal(0, _ca.Count("/challenge/a"));
        visible.SetResult();
        await obtaining;

        Assert.Equal(1, _ca.Count("/challenge/a"));
        Assert.Equal(1, _ca.Count("/challenge/b"));
    }

    [Fact]
    public async Task WaitsForAllProofsAtOnce()
    {
        var begun = 0;
        var both = new TaskCompletionSource();
        var solver = new RecordingSolver
        {
            BecomesVisible = (_, _) =>
            {
                if (++begun == 2)
                    both.SetResult();
                return both.Task;
            },
        };

        await ObtainAsync(solver);

        Assert.Equal(2, begun);
    }

    [Fact]
    public async Task WaitsForNoOtherProofWhenOneIsNeverSeen()
    {
        var solver = new RecordingSolver
        {
            BecomesVisible = (context, cancellationToken) => context.Token == "token-b"
                ? Task.FromException(new IOException("the zone has no such record"))
                : Task.Delay(Timeout.Infinite, cancellationToken),
        };

        var failure = await Assert.ThrowsAsync<IOException>(() => ObtainAsync(solver));

        Assert.Equal("the zone has no such record", failure.Message);
        Assert.Equal(["clean a.test", "clean b.test"], solver.Calls[^2..]);
        Assert.Equal(0, _ca.Count("/challenge/a"));
    }

    [Fact]
    public async Task CleansUpWhenTheCallerGivesUpWaiting()
    {
        using var caller = new CancellationTokenSource();
        var solver = new RecordingSolver
        {
            BecomesVisible = async (_, cancellationToken) =>
            {
                await caller.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ObtainAsync(solver, caller.Token));

        Assert.Equal(["clean a.test", "clean b.test"], solver.Calls[^2..]);
    }

    [Fact]
    public async Task LeavesTheWholePatienceForTheCa()
    {
        _ca.On("/challenge/a", Answer.Json(Challenge("a"), ("Retry-After", "200")));
        var solver = new RecordingSolver
        {
            BecomesVisible = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(10), _time, cancellationToken),
        };

        await ObtainAsync(solver);

        Assert.Contains(TimeSpan.FromSeconds(200), _time.Waits);
    }

    [Fact]
    public async Task LeavesAloneWhatIsValidAlready()
    {
        _ca.On("/authz/a", Answer.Json(Authorization("a", "valid")));
        var solver = new RecordingSolver();

        await ObtainAsync(solver);

        Assert.Equal(["present b.test", "await b.test", "clean b.test"], solver.Calls);
        Assert.Equal(0, _ca.Count("/challenge/a"));
    }

    [Fact]
    public async Task DoesNotRespondTwiceToAChallengeThatIsBeingLookedAt()
    {
        _ca.On("/authz/a", Answer.Json(Authorization("a", challengeStatus: "processing")), Answer.Json(Authorization("a", "valid")));
        var solver = new RecordingSolver();

        await ObtainAsync(solver);

        Assert.Contains("present a.test", solver.Calls);
        Assert.Equal(0, _ca.Count("/challenge/a"));
        Assert.Equal(1, _ca.Count("/challenge/b"));
    }

    [Fact]
    public async Task WaitsAsLongAsTheCaAsks()
    {
        _ca.On("/authz/b", Answer.Json(Authorization("b", "valid")));
        _ca.On("/authz/a", Answer.Json(Authorization("a"), ("Retry-After", "99")), Answer.Json(Authorization("a"), ("Retry-After", "11")),
            Answer.Json(Authorization("a", "valid")));
        _ca.On("/challenge/a", Answer.Json(Challenge("a"), ("Retry-After", "5")));

        await ObtainAsync(new RecordingSolver());

        // The 99 seconds were asked for before the response, so they do not count.
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(11)], _time.Waits[..2]);
    }

    [Fact]
    public async Task TellsOfEveryNameThatFailedAndCleansUp()
    {
        _ca.On("/authz/a", Answer.Json(Authorization("a")), Answer.Json(Authorization("a", "invalid", error: "Connection refused")));
        _ca.On("/authz/b", Answer.Json(Authorization("b")), Answer.Json(Authorization("b", "invalid", error: "404 Not Found")));
        var solver = new RecordingSolver();

        var failure = await FailsAsync(solver);

        Assert.Equal("The CA could not validate a.test with http-01: Connection refused (connection). "
            + "The CA could not validate b.test with http-01: 404 Not Found (connection).", failure.Message);
        Assert.Equal(AcmeErrorType.Compound, failure.Problem?.Type);
        Assert.Equal(["a.test", "b.test"], failure.Problem?.Subproblems.Select(problem => problem.Identifier?.Value));
        Assert.Equal(["present a.test", "present b.test", "await a.test", "await b.test", "clean a.test", "clean b.test"], solver.Calls);
    }

    [Fact]
    public async Task GivesUpTheOtherNamesOfAnOrderThatIsDoomed()
    {
        _ca.On("/authz/a", Answer.Json(Authorization("a", "expired")));
        var solver = new RecordingSolver();

        var failure = await FailsAsync(solver);

        Assert.Equal("The CA could not validate a.test with http-01: the authorization is expired.", failure.Message);
        Assert.Null(failure.Problem);
        Assert.Equal("""{"status":"deactivated"}""", _ca.Last("/authz/b").Payload);
        Assert.Empty(solver.Calls);
    }

    [Fact]
    public async Task DoesNotWaitForACaThatWaitsForAnotherResponse()
    {
        _ca.On("/authz/b", Answer.Json(Authorization("b", "valid")));
        // The first error is from an earlier attempt; the client responds all the same.
        _ca.On("/authz/a", Answer.Json(Authorization("a", error: "earlier")), Answer.Json(Authorization("a", error: "Connection refused")));

        var failure = await FailsAsync(new RecordingSolver());

        Assert.Equal("The CA could not validate a.test with http-01: Connection refused (connection).", failure.Message);
        Assert.Equal(AcmeIdentifier.Dns("a.test"), failure.Problem?.Identifier);
        Assert.Equal(1, _ca.Count("/challenge/a"));
        // Neither the authorization nor the order is lost: nothing is deactivated.
        Assert.Equal("", _ca.Last("/authz/a").Payload);
        Assert.Equal(2, _ca.Count("/authz/a"));
    }

    [Fact]
    public async Task CleansUpAfterASolverThatFails()
    {
        var solver = new RecordingSolver { FailToPresent = new IOException("disk full") };

        var failure = await Assert.ThrowsAsync<IOException>(() => ObtainAsync(solver));

        Assert.Equal("disk full", failure.Message);
        Assert.Equal(["present a.test", "clean a.test"], solver.Calls);
        Assert.Equal(0, _ca.Count("/challenge/a"));
    }

    [Fact]
    public async Task DoesNotLoseACertificateToACleanUpThatFails()
    {
        var solver = new RecordingSolver { FailToCleanUp = new IOException("disk full") };

        await ObtainAsync(solver);

        Assert.Equal(["present a.test", "present b.test", "await a.test", "await b.test", "clean a.test", "clean b.test"], solver.Calls);
    }

    [Fact]
    public async Task SaysSoWhenTheCaDoesNotOfferTheChallenge()
    {
        _ca.On("/authz/a", Answer.Json("""
            {"status": "pending", "identifier": {"type": "dns", "value": "a.test"},
             "challenges": [{"type": "dns-01", "url": "https://ca.test/1", "status": "pending", "token": "t"}, {"type": "from-the-future"}]}
            """));

        var failure = await FailsAsync(new RecordingSolver());

        Assert.Equal("The CA offers no http-01 for a.test, only dns-01, from-the-future.", failure.Message);
        Assert.True(failure.IsPermanent);
    }

    [Fact]
    public async Task ProvesEachNameWithTheSolverChosenForIt()
    {
        OfferDnsForAWildcardOfB();
        var (http, dns) = (new RecordingSolver(), new RecordingSolver { ChallengeType = Dns01.ChallengeType });
        var asked = new List<string>();

        await ObtainAsync(Choose);

        Assert.Equal(["a.test", "*.b.test"], asked);
        Assert.Equal(["present a.test", "await a.test", "clean a.test"], http.Calls);
        // The record has the name without "*.".
        Assert.Equal(["present b.test", "await b.test", "clean b.test"], dns.Calls);

        IChallengeSolver Choose(AcmeIdentifier name)
        {
            asked.Add(name.Value);
            return name.Value.StartsWith("*.", StringComparison.Ordinal) ? dns : http;
        }
    }

    [Fact]
    public async Task ChoosesNoSolverForWhatIsValidAlready()
    {
        _ca.On("/authz/a", Answer.Json(Authorization("a", "valid")));
        var asked = new List<string>();

        await ObtainAsync(name =>
        {
            asked.Add(name.Value);
            return new RecordingSolver();
        });

        Assert.Equal(["b.test"], asked);
    }

    [Fact]
    public async Task NamesTheChallengeThatFailedForEachName()
    {
        OfferDnsForAWildcardOfB();
        _ca.On("/authz/a", Answer.Json(Authorization("a")), Answer.Json(Authorization("a", "invalid", error: "Connection refused")));
        _ca.On("/authz/b", Answer.Json(Authorization("b", type: "dns-01")),
            Answer.Json(Authorization("b", "invalid", error: "No TXT record", type: "dns-01")));

        var failure = await Assert.ThrowsAsync<AcmeException>(() => ObtainAsync(
            name => new RecordingSolver { ChallengeType = name.Value == "a.test" ? Http01.ChallengeType : Dns01.ChallengeType }));

        Assert.Equal("The CA could not validate a.test with http-01: Connection refused (connection). "
            + "The CA could not validate b.test with dns-01: No TXT record (connection).", failure.Message);
    }

    [Fact]
    public async Task PutsNothingInPlaceWhileASolverIsMissing()
    {
        var solver = new RecordingSolver();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ObtainAsync(
            name => name.Value == "a.test" ? solver : throw new InvalidOperationException("nobody proves b.test")));

        Assert.Equal("nobody proves b.test", failure.Message);
        Assert.Empty(solver.Calls);
    }

    [Fact]
    public async Task NeverHandsOutATokenThatIsNotOne()
    {
        _ca.On("/authz/a", Answer.Json(Authorization("a").Replace("token-a", "../../../etc/passwd", StringComparison.Ordinal)));
        var solver = new RecordingSolver();

        Assert.Contains("token is not base64url", (await FailsAsync(solver)).Message);
        Assert.Empty(solver.Calls);
    }

    private AcmeChallengeContext Context(string name) =>
        new(AcmeIdentifier.Dns($"{name}.test"), $"token-{name}", KeyAuthorization.For($"token-{name}", _accountKey));

    private static string Order(string status, string more = "") => $$"""
        {"status": "{{status}}", "identifiers": [{"type": "dns", "value": "a.test"}, {"type": "dns", "value": "b.test"}],
         "authorizations": ["https://ca.test/authz/a", "https://ca.test/authz/b"], "finalize": "https://ca.test/finalize"{{more}}}
        """;

    private static string Authorization(
        string name, string status = "pending", string challengeStatus = "pending", string? error = null, string type = "http-01") => $$"""
        {"status": "{{status}}", "wildcard": {{(type == "dns-01" ? "true" : "false")}},
         "identifier": {"type": "dns", "value": "{{name}}.test"},
         "challenges": [{"type": "from-the-future", "shape": [1, {"un": "known"}]}, {{Challenge(name, challengeStatus, error, type)}}]}
        """;

    private static string Challenge(string name, string status = "pending", string? error = null, string type = "http-01")
    {
        var problem = error is null ? "" : $$""", "error": {"type": "urn:ietf:params:acme:error:connection", "detail": "{{error}}"}""";
        return $$"""
            {"type": "{{type}}", "url": "https://ca.test/challenge/{{name}}", "status": "{{status}}", "token": "token-{{name}}"{{problem}}}
            """;
    }

    private void OfferDnsForAWildcardOfB()
    {
        _ca.On("/authz/b", Answer.Json(Authorization("b", type: "dns-01")), Answer.Json(Authorization("b", "valid", type: "dns-01")));
        _ca.On("/challenge/b", Answer.Json(Challenge("b", type: "dns-01")));
    }

    private Task<AcmeException> FailsAsync(RecordingSolver solver) => Assert.ThrowsAsync<AcmeException>(() => ObtainAsync(solver));

    private Task<IssuedCertificate> ObtainAsync(RecordingSolver solver, CancellationToken? cancellationToken = null) =>
        ObtainAsync(new CertificateOrder(_ca.Client(_time, _accountKey), solver, _time, new Random(1)), cancellationToken);

    private Task<IssuedCertificate> ObtainAsync(Func<AcmeIdentifier, IChallengeSolver> chooseSolver) =>
        ObtainAsync(new CertificateOrder(_ca.Client(_time, _accountKey), chooseSolver, _time, new Random(1)));

    private Task<IssuedCertificate> ObtainAsync(CertificateOrder order, CancellationToken? cancellationToken = null) => order.ObtainAsync(
        new OrderRequest([AcmeIdentifier.Dns("a.test"), AcmeIdentifier.Dns("b.test")], _key),
        cancellationToken ?? TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));
}
