using System.IO.Pipelines;

namespace Farewell.AspNetCore.Transports;

/// <summary>A connection's input that is not disturbed by a stop told to a request that begins: Kestrel would otherwise break off the reading of its body.</summary>
internal sealed class HeldReader(PipeReader input, AcceptedConnection connection) : PipeReader
{
    public override void CancelPendingRead()
    {
        if (connection.Stop is not { IsTellingRequest: true })
        {
            input.CancelPendingRead();
        }
    }

    public override bool TryRead(out ReadResult result) => input.TryRead(out result);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => input.ReadAsync(cancellationToken);

    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) => input.ReadAtLeastAsync(minimumSize, cancellationToken);

    public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);
}
