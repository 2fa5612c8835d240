using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class BothEndAtOnce : SessionStrategy
{
    public override About About => new("session-both-end", EndingSide.Client, 7)
    {
        Does = "server and client decide to end at the same moment: Dismiss and Done cross",
        Lesson = "Whoever decides first, one order of closing comes of it, and the client closes first.",
        Expected = [Outcome.ClientHeld],
    };

    protected override ValueTask HandleAsync(FarewellSession session, Message message)
    {
        session.End();
        return default;
    }

    protected override async Task EndAsync(FarewellSession session, LabConnection connection)
    {
        await session.SendAsync(LabSocket.Request);
        await session.DisposeAsync();
    }
}
