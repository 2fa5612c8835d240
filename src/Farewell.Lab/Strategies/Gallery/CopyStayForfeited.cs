using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyStayForfeited : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-stay-forfeited", EndingSide.Server, 5)
    {
        Does = "the server runs StayUntilLeft with a grace of 300 ms, and the client does not leave",
        Lesson = "Whoever was asked, had its time and stayed has forfeited the polite end.",
        Sample = "StayUntilLeft.cs",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await StayUntilLeft.EndAsync(server.Socket, TimeSpan.FromMilliseconds(300));
        server.NoteAborted();
    }
}
