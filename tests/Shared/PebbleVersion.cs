namespace EdgeProxy.Testing;

/// <summary>The two generations of Pebble, Let's Encrypt's test CA, that the tests run against.</summary>
public enum PebbleVersion
{
    /// <summary>Debian 12's 2.4.0, from the PATH: without profiles and ARI.</summary>
    Debian,

    /// <summary>2.10 under <c>$EDGEPROXY_TOOLS/usr/bin</c> (by default <c>~/.cache/edgeproxy-tools</c>): with profiles and ARI.</summary>
    Current,
}

internal static class PebblePrograms
{
    /// <summary>The path of <c>pebble</c> or <c>pebble-challtestsrv</c>; skips the running test when it is not installed.</summary>
    public static string Require(PebbleVersion version, string program) =>
        version == PebbleVersion.Debian ? Installed.Require($"/usr/bin/{program}") : Installed.Unpacked(program);
}
