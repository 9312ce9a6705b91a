using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeProxy.EndToEnd;

/// <summary>Requests that went through and requests that did not.</summary>
public sealed record LoadResult(long Succeeded, long Failed, string Report)
{
    public static LoadResult operator +(LoadResult one, LoadResult other) =>
        new(one.Succeeded + other.Succeeded, one.Failed + other.Failed, one.Report + other.Report);
}

/// <summary>Load from real clients against https://localhost, in rounds until a test has done what it does meanwhile.</summary>
public static partial class Load
{
    private const int RoundSeconds = 5;

    /// <summary>Runs <paramref name="meanwhile"/> under load from both clients; what each of them saw.</summary>
    public static async Task<(LoadResult H2Load, LoadResult Wrk)> DuringAsync(int port, Func<Task> meanwhile)
    {
        using var done = new CancellationTokenSource();
        var h2Load = RepeatAsync(() => H2LoadAsync(port), done.Token);
        var wrk = RepeatAsync(() => WrkAsync(port), done.Token);
        try
        {
            await meanwhile();
        }
        finally
        {
            await done.CancelAsync();
        }
        return (await h2Load, await wrk);
    }

    private static async Task<LoadResult> RepeatAsync(Func<Task<LoadResult>> round, CancellationToken cancellationToken)
    {
        var sum = await round();
        while (!cancellationToken.IsCancellationRequested)
            sum += await round();
        return sum;
    }

    private static async Task<LoadResult> H2LoadAsync(int port)
    {
        var result = await Tool.RunAsync(Installed.Program("h2load"),
            ["-D", $"{RoundSeconds}", "-c", "4", "-m", "4", "--connect-to", $"127.0.0.1:{port}", $"https://localhost:{port}/"]);
        var requests = H2LoadRequests().Match(result.Output);
        var statuses = H2LoadStatuses().Match(result.Output);
        if (!requests.Success || !statuses.Success)
            throw new InvalidOperationException($"h2load printed no summary:\n{result}");
        var failed = Number(requests, 2) + Number(requests, 3) + Number(requests, 4) + Number(statuses, 2) + Number(statuses, 3)
            + Number(statuses, 4);
        return new LoadResult(Number(requests, 1), failed, failed > 0 ? result.Output : "");
    }

    private static async Task<LoadResult> WrkAsync(int port)
    {
        var result = await Tool.RunAsync(Installed.Program("wrk"),
            ["-t", "1", "-c", "4", "-d", $"{RoundSeconds}s", "--timeout", "10s", $"https://localhost:{port}/"]);
        var requests = WrkRequests().Match(result.Output);
        if (!requests.Success)
            throw new InvalidOperationException($"wrk printed no summary:\n{result}");
        var errors = WrkErrors().Match(result.Output);
        var failed = Number(WrkStatuses().Match(result.Output), 1) + Number(errors, 1) + Number(errors, 2) + Number(errors, 3)
            + Number(errors, 4);
        return new LoadResult(Number(requests, 1), failed, failed > 0 ? result.Output : "");
    }

    private static long Number(Match match, int group) =>
        match.Success ? long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout")]
    private static partial Regex H2LoadRequests();

    [GeneratedRegex(@"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx")]
    private static partial Regex H2LoadStatuses();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex WrkRequests();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex WrkErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex WrkStatuses();
}
