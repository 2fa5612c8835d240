using System.Net.Sockets;
using Farewell.Timing;

namespace Farewell.AspNetCore.Transports;

/// <summary>
/// The grace of a client that was told to leave. It counts from the last acknowledgement that made progress (<c>tcpi_bytes_acked</c>): the send queue alone would say nothing of how long a slow
/// reader has stood still.
/// </summary>
internal sealed class GraceWatch(Socket socket, long sent, CancellationTokenSource reading, Partings partings) : Scheduled
{
    private long _acknowledged = -1;
    private TimeSpan _since;

    public void Start()
    {
        _since = partings.Wheel.Now;
        Tick();
    }

    public void Stop() => partings.Wheel.Forget(this);

    public override void Tick()
    {
        var (now, grace) = (partings.Wheel.Now, partings.Options.Grace);
        var seen = Acknowledged.Read(socket);
        if (seen is { } progress && progress.Octets > _acknowledged)
        {
            // Before the grace began nobody was being waited for.
            var at = now - progress.Since;
            (_acknowledged, _since) = (progress.Octets, at > _since ? at : _since);
        }

        var over = _since + grace;
        if (now >= over)
        {
            _ = reading.CancelAsync();
            return;
        }

        var look = now + Max(grace / 4, DeadlineWheel.Slot);
        partings.Wheel.Wake(this, seen is null || _acknowledged >= sent || look > over ? over : look);
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
