using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Configuration.Source;

/// <summary>Where a running proxy is to be found.</summary>
/// <param name="Admin">Its admin port; null where that is switched off.</param>
/// <param name="DataDirectory">Full path.</param>
/// <param name="IsKnown">False where a file of the configuration could not be read to its end, so that it may say something
/// else.</param>
internal sealed record RunningPlace(AdminConfig? Admin, string DataDirectory, bool IsKnown);
