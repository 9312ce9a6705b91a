using EdgeProxy.Configuration.Reading;
using EdgeProxy.Observability;
using EdgeProxy.Proxy.Section;

namespace EdgeProxy.Hosting;

/// <summary>What is wrong in the sections that libraries read: YARP's and Serilog's.</summary>
internal static class OtherSections
{
    public static IReadOnlyList<ConfigError> Errors(IConfiguration root) =>
    [
        .. YarpSectionParser.Parse(root).Errors,
        .. SerilogCheck.Problems((IConfigurationRoot)root).Select(problem => new ConfigError(problem.Path, problem.Message)),
    ];
}
