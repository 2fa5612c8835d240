using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyAbortNow : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-abort-now", EndingSide.Server, 7)
    {
        Does = "the server runs AbortNow: Close(0)",
        Lesson = "For a peer that broke the rules, where nothing is worth saving.",
        Sample = "AbortNow.cs",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        server.NoteAborted();
        AbortNow.End(server.Socket);
    }
}
