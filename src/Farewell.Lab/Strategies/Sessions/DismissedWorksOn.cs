using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class DismissedWorksOn : SessionStrategy
{
    public override About About => new("session-dismissed-works-on", EndingSide.Client, 6)
    {
        Does = "the server asks its guests to leave while it works on an ask of theirs, and answers it 100 ms later",
        Lesson = "Who is asked to leave waits for the answers owed, then leaves: no answer is lost.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async ValueTask HandleAsync(FarewellSession session, Message message)
    {
        session.End();
        await Task.Delay(100, CancellationToken.None);
        message.Answer(LabSocket.Reply);
    }

    protected override async Task EndAsync(FarewellSession session, LabConnection connection)
    {
        await AskAsync(session);
        await session.Completion;
    }
}
