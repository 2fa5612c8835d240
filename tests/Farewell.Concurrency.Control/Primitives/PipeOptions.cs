using System.IO.Pipelines;

namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.IO.Pipelines.PipeOptions"/>: continuations are strands.</summary>
public sealed class PipeOptions(long pauseWriterThreshold, long resumeWriterThreshold, bool useSynchronizationContext)
    : System.IO.Pipelines.PipeOptions(null, Scheduler, Scheduler, pauseWriterThreshold, resumeWriterThreshold, -1, useSynchronizationContext)
{
    private static readonly PipeScheduler Scheduler = new ToStrands();

    private sealed class ToStrands : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state) => Run.Current!.Begin("pipe's continuation", () => action(state));
    }
}
