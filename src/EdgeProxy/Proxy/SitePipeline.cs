using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Proxy.Upstreams;
using EdgeProxy.Proxy.WebSockets;
using EdgeProxy.Sites;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace EdgeProxy.Proxy;

/// <summary>Forwards a request to its upstream: routes of YARP's own section first, then the site. Whatever goes wrong on the way is
/// answered or broken off here, and said in one line.</summary>
internal sealed partial class SitePipeline
{
    private readonly ProxyRoutes _section;
    private readonly ErrorAnswer _answer;
    private readonly CancellationToken _stopping;
    private readonly ILogger _logger;
    private readonly SiteForwarder _sites;
    private readonly RequestDelegate _toSection;

    public SitePipeline(
        IServiceProvider services,
        ProxyRoutes section,
        SiteForwarder sites,
        ErrorAnswer answer,
        IHostApplicationLifetime lifetime,
        ILogger<SitePipeline> logger)
    {
        _section = section;
        _answer = answer;
        _stopping = lifetime.ApplicationStopping;
        _logger = logger;
        _sites = sites;
        _toSection = SectionPipeline.Build(services, context =>
            sites.ForwardAsync(context, (SiteTarget.Proxy)RequestFacts.Of(context).Site.Config.Target));
    }

    /// <summary>The end of a site's pipeline.</summary>
    public RequestDelegate To(SiteTarget.Proxy target) => context => ForwardAsync(context, target);

    private async Task ForwardAsync(HttpContext context, SiteTarget.Proxy target)
    {
        await RequestBody.ArriveAsync(context, target.RequestBuffering);
        RequestRepetition.Note(context);
        if (WebSocketRequest.Is(context))
            WebSocketFarewell.Attach(context, _stopping);

        await (_section.HasRoutes ? _toSection(context) : _sites.ForwardAsync(context, target));

        if (context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.Model.Config.Address is { } address)
            context.Features.Set(new UpstreamUsed(address));
        if (context.Features.Get<IForwarderErrorFeature>() is { } error)
            await FailAsync(context, error);
    }

    private Task FailAsync(HttpContext context, IForwarderErrorFeature error)
    {
        var response = context.Response;
        if (context.RequestAborted.IsCancellationRequested && !response.HasStarted)
        {
            response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return Task.CompletedTask;
        }

        var failure = UpstreamFailure.From(error.Error, error.Exception, response);
        if (failure is null)
            return Task.CompletedTask;
        if (failure.IsOfUpstream)
        {
            var upstream = context.Features.Get<UpstreamUsed>()?.Address ?? "list";
            Failed(_logger, RequestFacts.Of(context).Site.Name, upstream, failure.What, failure.Status);
        }

        if (!response.HasStarted)
            return _answer(context, failure.Status);
        context.Features.Set(new ResponseCut());
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: upstream {Upstream} {What} ({Status})")]
    private static partial void Failed(ILogger logger, string site, string upstream, string what, int status);
}
