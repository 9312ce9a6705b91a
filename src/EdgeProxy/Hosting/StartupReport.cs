using EdgeProxy.Certificates.Renewal;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Configuration.Writing;
using EdgeProxy.Observability;

namespace EdgeProxy.Hosting;

/// <summary>The few lines that say what runs where, and what to try first.</summary>
internal static class StartupReport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Writes the lines. Waits a moment while the internal CA's certificate for what the lines say to try is being made.</summary>
    public static async Task WriteAsync(
        ILogger logger, EdgeConfig config, CertificateKeeper keeper, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var local = FirstOfInternalCa(config)?.Name;
        while (local is not null && IsBeingMade(keeper.Find(local))
            && time.GetElapsedTime(start) < Patience && !cancellationToken.IsCancellationRequested)
            await Task.Delay(Interval, time, CancellationToken.None);
        foreach (var line in Lines(config))
            logger.LogInformation(EdgeEvent.Started.Id(), "{Line}", line);
    }

    public static IEnumerable<string> Lines(EdgeConfig config)
    {
        var listen = config.Listeners;
        var address = HostName.InUrl(listen.BindAddress);
        yield return $"http on {address}:{listen.HttpPort}, https on {address}:{listen.HttpsPort}"
            + (listen.Admin is { } admin ? $", admin on http://{new System.Net.IPEndPoint(admin.BindAddress, admin.Port)}" : ", admin off")
            + $"; data in {config.DataDirectory}";
        foreach (var site in config.Sites)
        {
            yield return $"{HostName.HttpsOrigin(site.Name, listen.PublicHttpsPort)}/ -> {SiteListing.Describe(site.Target)}"
                + $", certificate: {SiteListing.Describe(site.Names[0].Certificate)}"
                + (site.Names.Count > 1 ? $"; also {string.Join(", ", site.Names.Skip(1).Select(name => name.Name))}" : "");
        }

        if (FirstOfInternalCa(config) is { } local)
        {
            var root = Path.Combine(config.DataDirectory, "internal-ca", "root.pem");
            yield return $"try: curl --cacert {root} {HostName.HttpsOrigin(local.Name, listen.HttpsPort)}/";
        }
    }

    private static Site? FirstOfInternalCa(EdgeConfig config) =>
        config.Sites.FirstOrDefault(site => site.Names[0].Certificate is CertificateSource.Internal);

    private static bool IsBeingMade(CertificateStatus? status) => status is { State: CertificateState.Placeholder { LastError: null } };
}
