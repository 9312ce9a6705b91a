using EdgeProxy.Configuration.Reading;
using EdgeProxy.Configuration.Source;
using EdgeProxy.Observability;
using EdgeProxy.Proxy.Section;

namespace EdgeProxy.Hosting.Reload;

/// <summary>The sections that libraries read, free of errors: YARP's, and Serilog's.</summary>
internal sealed record OtherSections(YarpSectionRoutes Routes, IConfigurationRoot Log) : LibrarySections
{
    public static OtherSections Of(ParsedConfig config) => (OtherSections)config.Libraries;

    public static ConfigResult<LibrarySections> Parse(IConfigurationRoot root)
    {
        var yarp = YarpSectionParser.Parse(root);
        var serilog = SerilogCheck.Problems(root).Select(problem => new ConfigError(problem.Path, problem.Message));
        ConfigError[] errors = [.. yarp.Errors, .. serilog];
        return errors.Length == 0 && yarp.Config is { } routes
            ? ConfigResult<LibrarySections>.Valid(new OtherSections(routes, root))
            : ConfigResult<LibrarySections>.Invalid(errors);
    }
}
