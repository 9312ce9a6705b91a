using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Source;

/// <summary>Everything that was configured, parsed once; nothing of it is read from text again.</summary>
internal sealed record ParsedConfig(EdgeConfig Edge, LibrarySections Libraries);

/// <summary>The sections that libraries read, as parsed by whoever knows these libraries.</summary>
internal abstract record LibrarySections;
