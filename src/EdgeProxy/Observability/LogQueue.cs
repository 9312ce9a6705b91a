using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace EdgeProxy.Observability;

/// <summary>Keeps slow sinks from holding up whoever logs: an event is queued without waiting, and one thread writes it. Events that do not
/// fit any more are dropped and counted.</summary>
/// <param name="sinks">The first sinks; a <see cref="SinkChange"/> replaces them.</param>
/// <param name="reportDropped">Logs, when the writing has caught up, how many events were dropped until then.</param>
internal sealed class LogQueue(LogSinks sinks, Action<long> reportDropped) : ILogEventSink
{
    /// <summary>What may wait, in bytes of memory, by a rough estimate.</summary>
    private const int MaxSize = 16 * 1024 * 1024;

    private const int MinEventSize = 1024;
    private const int ExceptionSize = 16 * 1024;

    // Events of this time are written together, because waking the writer costs a caller more than the rest of its call.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<(LogEvent Event, int Size)> _events = new();
    private readonly object _gate = new();
    private LogSinks _sinks = sinks;
    private SinkChange? _change;
    private Thread? _writer;
    private long _size;
    private long _dropped;
    private bool _isReporting;
    private volatile bool _isClosing;
    private volatile bool _isAsleep;

    public void Start()
    {
        // A background thread: a write that blocks must not keep the process alive.
        _writer = new Thread(Run) { Name = "Log writer", IsBackground = true };
        _writer.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        if (_isReporting && Thread.CurrentThread == _writer)
        {
            Write(logEvent);
            return;
        }

        var size = SizeOf(logEvent);
        if (Interlocked.Add(ref _size, size) > MaxSize)
        {
            Interlocked.Add(ref _size, -size);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _events.Enqueue((logEvent, size));
        WakeForEvent();
    }

    /// <summary>Has the writer make the change as soon as the write that it is in returns.</summary>
    public void Accept(SinkChange change)
    {
        Volatile.Write(ref _change, change);
        Wake();
    }

    /// <summary>Writes what is queued and closes what is written to.</summary>
    /// <returns>Whether that was done in time; if not it goes on in the background, for as long as the process lives.</returns>
    public bool Close(TimeSpan patience)
    {
        _isClosing = true;
        Wake();
        return _writer?.Join(patience) ?? true;
    }

    private void WakeForEvent()
    {
        // Either the writer is seen asleep here, or it sees the event before it falls asleep.
        Interlocked.MemoryBarrier();
        if (_isAsleep)
            Wake();
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.Pulse(_gate);
    }

    private void Sleep()
    {
        lock (_gate)
        {
            if (!_isClosing && _change is null)
                Monitor.Wait(_gate, Rest);
            _isAsleep = true;
            Interlocked.MemoryBarrier();
            if (_events.IsEmpty && _change is null && !_isClosing)
                Monitor.Wait(_gate);
            _isAsleep = false;
        }
    }

    private void Run()
    {
        while (!_isClosing)
        {
            Sleep();
            WriteQueued();
        }

        WriteQueued();
        _sinks.Close();
    }

    private void WriteQueued()
    {
        var written = 0;
        for (TakeChange(); _events.TryDequeue(out var next); TakeChange())
        {
            Write(next.Event);
            Interlocked.Add(ref _size, -next.Size);
            // As many as the queue holds have been written and there are more: the report does not wait for the end.
            if (++written % (MaxSize / MinEventSize) == 0)
                ReportDropped();
        }

        ReportDropped();
    }

    private void Write(LogEvent logEvent)
    {
        try
        {
            _sinks.Write(logEvent);
        }
        // A sink may throw anything, and the next event may be written all the same.
        catch (Exception)
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private void ReportDropped()
    {
        if (Interlocked.Exchange(ref _dropped, 0) is not (> 0 and var dropped))
            return;
        _isReporting = true;
        reportDropped(dropped);
        _isReporting = false;
    }

    private void TakeChange()
    {
        if (Interlocked.Exchange(ref _change, null) is { } change)
            _sinks = change.Make(_sinks);
    }

    private static int SizeOf(LogEvent logEvent)
    {
        var size = MinEventSize + (logEvent.Exception is null ? 0 : ExceptionSize);
        foreach (var property in logEvent.Properties)
            size += property.Value is not ScalarValue scalar ? MinEventSize : scalar.Value is string text ? sizeof(char) * text.Length : 0;
        return size;
    }
}
