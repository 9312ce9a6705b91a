using System.Net;
using System.Net.Sockets;
using EdgeProxy.Proxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeProxy.Tests.Proxy.Upstreams;

public sealed class UpstreamNamesTests
{
    private readonly FakeTimeProvider _time = new();
    private Func<CancellationToken, Task<IPAddress[]>> _answer = _ => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
    private int _lookups;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheLastAddressesServeOnWhereALookupFails()
    {
        var names = Create();
        await names.FindAsync("api", Cancel);
        _answer = _ => throw new SocketException((int)SocketError.TryAgain);

        Assert.Equal([IPAddress.Loopback], await names.FindAsync("api", Cancel));

        _answer = _ => Task.FromResult<IPAddress[]>([]);
        Assert.Equal([IPAddress.Loopback], await names.FindAsync("api", Cancel));
    }

    [Fact]
    public async Task ANewAddressIsFollowedAtOnce()
    {
        var names = Create();
        await names.FindAsync("api", Cancel);
        _answer = _ => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback]);

        Assert.Equal([IPAddress.IPv6Loopback], await names.FindAsync("api", Cancel));
    }

    [Fact]
    public async Task ANameThatNeverHadAnAddressFails()
    {
        _answer = _ => throw new SocketException((int)SocketError.HostNotFound);
        var failure = await Assert.ThrowsAsync<SocketException>(() => Create().FindAsync("api", Cancel));
        Assert.Equal(SocketError.HostNotFound, failure.SocketErrorCode);
    }

    [Fact]
    public async Task ASlowLookupHoldsNobodyUpForLongAndIsMadeOnce()
    {
        var names = Create();
        await names.FindAsync("api", Cancel);
        _answer = cancellationToken => Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken)
            .ContinueWith<IPAddress[]>(_ => [], Cancel, default, TaskScheduler.Default);
        var waiting = Enumerable.Range(0, 10).Select(_ => names.FindAsync("api", Cancel)).ToList();

        await Eventually.BecomesTrueAsync(() => waiting.TrueForAll(find => find.IsCompleted), _time, TimeSpan.FromSeconds(1));

        foreach (var found in waiting)
            Assert.Equal([IPAddress.Loopback], await found);
        Assert.Equal(2, _lookups);
    }

    private UpstreamNames Create() => new(
        (_, cancellationToken) =>
        {
            Interlocked.Increment(ref _lookups);
            return _answer(cancellationToken);
        },
        _time,
        NullLogger.Instance);
}
