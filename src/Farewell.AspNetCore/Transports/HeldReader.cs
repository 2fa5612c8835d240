using System.IO.Pipelines;
using Farewell.Timing;

namespace Farewell.AspNetCore.Transports;

/// <summary>
/// A connection's input that takes its time to tell an idle HTTP/1.1 connection of a stop (<see cref="FarewellHttpOptions.StopPatience"/>). Kestrel has noted the stop by then, so that it answers a
/// request that comes meanwhile with <c>Connection: close</c>.
/// </summary>
internal sealed class HeldReader(PipeReader input, AcceptedConnection connection) : PipeReader
{
    private HeldStop? _held;

    public override void CancelPendingRead()
    {
        var options = connection.Partings.Options;
        var wait = options.StopSilence - connection.Silence;
        if (_held is not null || wait <= TimeSpan.Zero || !connection.IsStopping || !connection.IsIdle)
        {
            input.CancelPendingRead();
            return;
        }

        var wheel = connection.Partings.Wheel;
        wheel.Wake(_held = new HeldStop(input, connection), wheel.Now + (wait < options.StopPatience ? wait : options.StopPatience));
    }

    public override bool TryRead(out ReadResult result) => input.TryRead(out result);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => input.ReadAsync(cancellationToken);

    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) => input.ReadAtLeastAsync(minimumSize, cancellationToken);

    public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

    public override void Complete(Exception? exception = null)
    {
        Forget();
        input.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        Forget();
        return input.CompleteAsync(exception);
    }

    private void Forget()
    {
        if (_held is { } held)
        {
            connection.Partings.Wheel.Forget(held);
        }
    }

    private sealed class HeldStop(PipeReader input, AcceptedConnection connection) : Scheduled
    {
        public override void Tick()
        {
            // In the midst of a request the stop is known already.
            if (connection.IsIdle)
            {
                input.CancelPendingRead();
            }
        }
    }
}
