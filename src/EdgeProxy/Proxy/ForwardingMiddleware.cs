using EdgeProxy.Configuration.Model;
using EdgeProxy.Observability;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Proxy.WebSockets;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace EdgeProxy.Proxy;

/// <summary>Forwards a request to its upstream: routes of YARP's own section first, then the site. Whatever goes wrong on the way is
/// answered or broken off here, and said in one line.</summary>
internal sealed partial class ForwardingMiddleware
{
    private readonly ProxyRoutes _section;
    private readonly ErrorAnswer _answer;
    private readonly CancellationToken _stopping;
    private readonly ILogger _logger;
    private readonly RequestDelegate _toSite;
    private readonly RequestDelegate _toSectionOrSite;

    public ForwardingMiddleware(
        RequestDelegate next,
        IServiceProvider services,
        ProxyRoutes section,
        SiteForwarder sites,
        ErrorAnswer answer,
        IHostApplicationLifetime lifetime,
        ILogger<ForwardingMiddleware> logger)
    {
        _section = section;
        _answer = answer;
        _stopping = lifetime.ApplicationStopping;
        _logger = logger;
        _toSite = context =>
            RequestSite(context).Site.Target is SiteTarget.Proxy target ? sites.ForwardAsync(context, target) : next(context);
        _toSectionOrSite = SectionPipeline.Build(services, _toSite);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        if (WebSocketRequest.Is(context))
            WebSocketFarewell.Attach(context, _stopping);

        await (_section.HasRoutes ? _toSectionOrSite : _toSite)(context);

        if (context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.Model.Config.Address is { } address)
            context.Features.Set(new UpstreamUsed(address));
        if (context.Features.Get<IForwarderErrorFeature>() is { } error)
            await FailAsync(context, error);
    }

    private static RequestSite RequestSite(HttpContext context) => context.Features.GetRequiredFeature<RequestSite>();

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
            Failed(_logger, RequestSite(context).Site.Name, upstream, failure.What, failure.Status);
        }

        if (!response.HasStarted)
            return _answer(context, failure.Status);
        context.Features.Set(new ResponseCut());
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: upstream {Upstream} {What} ({Status})")]
    private static partial void Failed(ILogger logger, string site, string upstream, string what, int status);
}
