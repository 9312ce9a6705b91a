using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Source;

/// <summary>Everything that was configured, free of errors.</summary>
internal sealed record ParsedConfig(EdgeConfig Edge, LibrarySections Libraries);

/// <summary>The sections that libraries read, checked by the rooms that know these libraries.</summary>
internal abstract record LibrarySections;
