using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class DismissedLeaves : SessionStrategy
{
    public override About About => new("session-dismissed", EndingSide.Client, 5)
    {
        Does = "the server asks its guests to leave, and they do",
        Lesson = "Who wants the end asks for it; the other one closes, and holds what is to be held.",
        Expected = [Outcome.ClientHeld],
    };

    protected override ValueTask HandleAsync(FarewellSession session, Message message)
    {
        message.Answer(LabSocket.Reply);
        session.End();
        return default;
    }

    protected override async Task EndAsync(FarewellSession session, LabConnection connection)
    {
        await AskAsync(session);
        await session.Completion;
    }
}
