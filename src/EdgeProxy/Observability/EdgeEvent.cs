namespace EdgeProxy.Observability;

/// <summary>Every event that EdgeProxy logs. Number and name stay what they are once released; a room has a hundred numbers, and none is
/// used again.</summary>
internal enum EdgeEvent
{
    // Hosting
    Started = 100,
    ConfigurationTaken = 101,
    ConfigurationNotTaken = 102,
    ConfigurationError = 103,
    ConfigurationFailed = 104,
    AdminAddressNotLeft = 105,
    ConnectionsRefused = 110,
    ConnectionLimitTooHigh = 111,

    // Certificates: obtaining and renewing
    Obtaining = 200,
    Obtained = 201,
    NotObtained = 202,
    TakenOver = 203,
    DueAtOnce = 204,
    CertificateUnusable = 205,
    CertificateNotLoaded = 206,
    CertificateNotRepaired = 207,
    StateNotStored = 208,
    StoringCompleted = 209,
    DataDirectoryUnusable = 210,
    ChallengesOfOthersUnknown = 211,
    AccountRegistered = 220,
    AccountForgotten = 221,
    ContactNotTaken = 222,
    InternalRootMade = 230,
    InternalRootUnusable = 231,

    // Certificates: files and handshakes
    FileServed = 250,
    FileUnusable = 251,
    FileForOtherName = 252,
    FileExpired = 253,
    FileNotTakenOver = 254,
    ChainsRebuilt = 270,
    SessionKeysNotRenewed = 271,
    SessionsNotKept = 272,

    // Http
    RequestFailed = 300,

    // Proxy
    UpstreamFailed = 400,
    NoUpstreamHealthy = 401,
    UpstreamNameNotFound = 402,

    // Storage
    FileSetAside = 500,
    LeaseTakenOver = 501,

    // Observability
    LinesDropped = 600,
    RequestEnded = 601,
}

/// <summary>Events as loggers take them.</summary>
internal static class EdgeEventId
{
    public static EventId Id(this EdgeEvent edgeEvent) => new((int)edgeEvent, edgeEvent.ToString());
}
