using EdgeProxy.Observability;
using EdgeProxy.Proxy.Section;
using EdgeProxy.Proxy.Upstreams;
using EdgeProxy.Proxy.WebSockets;
using EdgeProxy.Sites;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace EdgeProxy.Proxy;

/// <summary>The end of the pipeline of a site that forwards: routes of YARP's own section first, then the site's upstreams. Whatever goes
/// wrong on the way is answered or broken off here, and said in one line.</summary>
internal sealed partial class SitePipeline
{
    private readonly ProxyRoutes _section;
    private readonly SiteForwarder _forwarder;
    private readonly ErrorAnswer _answer;
    private readonly CancellationToken _stopping;
    private readonly ILogger _logger;
    private readonly RequestDelegate _toSection;

    public SitePipeline(
        IServiceProvider services,
        ProxyRoutes section,
        SiteForwarder forwarder,
        ErrorAnswer answer,
        IHostApplicationLifetime lifetime,
        ILogger<SitePipeline> logger)
    {
        (_section, _forwarder, _answer, _stopping, _logger) = (section, forwarder, answer, lifetime.ApplicationStopping, logger);
        _toSection = SectionPipeline.Build(services, context => context.Features.GetRequiredFeature<PassedRoutes>().ForwardAsync(context));
    }

    /// <param name="group">The site's upstreams.</param>
    public RequestDelegate To(UpstreamGroup group) => async context =>
    {
        await RequestBody.ArriveAsync(context, group.Target.RequestBuffering);
        RepetitionStream.Note(context);
        if (WebSocketRequest.Is(context))
            WebSocketFarewell.Attach(context, _stopping);
        var outcome = await (_section.HasRoutes ? ForwardBySectionAsync(context, group) : _forwarder.ForwardAsync(context, group));
        await FinishAsync(context, outcome);
    };

    private async Task<ForwardOutcome> ForwardBySectionAsync(HttpContext context, UpstreamGroup group)
    {
        var passed = new PassedRoutes(_forwarder, group);
        context.Features.Set(passed);
        await _toSection(context);
        if (passed.Outcome is { } outcome)
            return outcome;
        if (context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination?.Model.Config.Address is { } address)
            RequestNotes.Of(context).Upstream = address;
        return YarpOutcome.Take(context);
    }

    private Task FinishAsync(HttpContext context, ForwardOutcome outcome)
    {
        if (outcome.Result == ForwardResult.Answered)
            return Task.CompletedTask;
        if (outcome.IsOfUpstream)
            Report(RequestFacts.Of(context).Site.Name, RequestNotes.Of(context).Upstream, outcome);
        if (context.Response.HasStarted)
        {
            RequestNotes.Of(context).IsCut = true;
            return Task.CompletedTask;
        }

        if (outcome.Result != ForwardResult.ClientGone)
            return _answer(context, outcome.Status);
        context.Response.StatusCode = outcome.Status;
        return Task.CompletedTask;
    }

    private void Report(string site, string? upstream, ForwardOutcome outcome)
    {
        if (outcome.Result == ForwardResult.NoUpstream)
            NoUpstream(_logger, site, outcome.Status);
        else
            Failed(_logger, site, upstream ?? "-", outcome.What, outcome.Status);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        EventId = (int)EdgeEvent.UpstreamFailed,
        EventName = nameof(EdgeEvent.UpstreamFailed),
        Message = "{Site}: upstream {Upstream} {What} ({Status})")]
    private static partial void Failed(ILogger logger, string site, string upstream, string what, int status);

    [LoggerMessage(
        Level = LogLevel.Warning,
        EventId = (int)EdgeEvent.NoUpstreamHealthy,
        EventName = nameof(EdgeEvent.NoUpstreamHealthy),
        Message = "{Site}: no upstream is healthy ({Status})")]
    private static partial void NoUpstream(ILogger logger, string site, int status);

    /// <summary>A request that no route of the section has taken, on its way to its site's upstreams.</summary>
    private sealed class PassedRoutes(SiteForwarder forwarder, UpstreamGroup group)
    {
        /// <summary>Null as long as it has not got there.</summary>
        public ForwardOutcome? Outcome { get; private set; }

        public async Task ForwardAsync(HttpContext context) => Outcome = await forwarder.ForwardAsync(context, group);
    }
}
