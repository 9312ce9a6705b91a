namespace EdgeProxy.Acme;

/// <summary>A resource that is looked at again and again until it stands where it should.</summary>
internal interface IPolled
{
    /// <summary>Where it stands.</summary>
    AcmeStatus Status { get; }

    /// <summary>How long the CA asks to wait before looking again.</summary>
    TimeSpan? RetryAfter { get; }
}
