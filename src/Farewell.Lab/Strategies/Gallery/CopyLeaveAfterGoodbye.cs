using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyLeaveAfterGoodbye : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-leave-after-goodbye", EndingSide.Client, 3)
    {
        Does = "the client runs LeaveAfterGoodbye: done, goodbye, then a reset",
        Lesson = "After the goodbye every ending is safe, on every platform.",
        Sample = "LeaveAfterGoodbye.cs",
        Expected = [Outcome.Aborted with { PeerSaw = PeerSaw.Unknown }],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await LeaveAfterGoodbye.StayAsync(server.Socket, server.Cancellation);
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await LeaveAfterGoodbye.LeaveAsync(client.Socket, client.Cancellation);
        client.NoteAborted();
    }
}
