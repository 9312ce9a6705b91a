using EdgeProxy.Configuration.Keys;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Writing;

/// <summary>A configuration as the text of an appsettings.json that is parsed to an equal one.</summary>
internal static class ConfigWriter
{
    /// <param name="config">What to write.</param>
    /// <param name="baseDirectory">The folder that the file will be in.</param>
    public static string Write(EdgeConfig config, string baseDirectory)
    {
        var general = CommonAcme.Of(config.Sites);
        return Text(root =>
        {
            WriteListeners(root, config.Listeners);
            root.Write(EdgeKeys.DataDirectory, Shorten(config.DataDirectory, baseDirectory));
            root.Write(EdgeKeys.ShutdownGracePeriod, config.ShutdownGracePeriod);
            root.Write(EdgeKeys.Limits, limits =>
            {
                limits.Write(LimitKeys.MaxConnections, config.Limits.MaxConnections);
                limits.Write(LimitKeys.MaxConnectionsPerClient, config.Limits.MaxConnectionsPerClient);
            });
            root.Write(EdgeKeys.TrustedProxies, config.TrustedProxies);
            root.Write(EdgeKeys.Acme, general.Write);
            root.Write(EdgeKeys.Domains, domains =>
            {
                foreach (var site in config.Sites)
                    domains.WriteAs(site.Name, EdgeKeys.Site, section => SiteWriter.Write(section, site, general));
            });
        });
    }

    /// <summary>The shortest useful configuration.</summary>
    public static string WriteExample(string domain, string email, Upstream upstream) => Text(root =>
    {
        root.Write(EdgeKeys.Acme, acme =>
        {
            acme.Write(AcmeKeys.Email, email);
            acme.Write(AcmeKeys.AcceptTermsOfService, true);
        });
        root.Write(EdgeKeys.Domains, domains => domains.WriteAs(domain, EdgeKeys.Site, site => site.Write(SiteKeys.Upstream, upstream)));
    });

    private static string Text(Action<SectionWriter> write)
    {
        var file = new SectionWriter(EdgeKeys.File);
        file.Write(EdgeKeys.Section, write);
        return file.ToString();
    }

    private static void WriteListeners(SectionWriter root, ListenerConfig listeners)
    {
        root.Write(EdgeKeys.HttpPort, listeners.HttpPort);
        root.Write(EdgeKeys.HttpsPort, listeners.HttpsPort);
        root.Write(EdgeKeys.BindAddress, listeners.BindAddress);
        root.Write(EdgeKeys.PublicHttpsPort, listeners.PublicHttpsPort == listeners.HttpsPort ? null : listeners.PublicHttpsPort);
        root.Write(EdgeKeys.Admin, admin =>
        {
            admin.Write(AdminKeys.Port, listeners.Admin?.Port ?? 0);
            admin.Write(AdminKeys.BindAddress, listeners.Admin?.BindAddress.ToString() ?? AdminKeys.BindAddress.Default);
        });
    }

    private static string Shorten(string path, string baseDirectory) =>
        path == Path.GetFullPath(EdgeKeys.DataDirectory.Default, baseDirectory) ? EdgeKeys.DataDirectory.Default : path;
}
