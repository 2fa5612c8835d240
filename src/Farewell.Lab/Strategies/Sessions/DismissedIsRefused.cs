using Farewell.Lab.Running;
using Farewell.Protocol.Sessions;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class DismissedIsRefused : SessionStrategy
{
    private const string AskedAgain = "asked again";

    public override About About => new("session-dismissed-refuses", EndingSide.Client, 6)
    {
        Does = "the server asks its guests to leave while one ask of each is in hand and another waits: it answers the one and refuses the other",
        Lesson = "Refused means not begun, safe to be sent elsewhere; then the guest leaves in order.",
        Expected = [Outcome.ClientHeld],
    };

    // Nothing waits for the end of the grace: the answer and the refusal let the guest go before.
    protected override SessionLimits Limits => base.Limits with { Grace = TimeSpan.FromSeconds(10), Hard = TimeSpan.FromSeconds(20) };

    protected override void Configure(FarewellServerOptions options) => options.Filters.Add(next => (session, message) =>
    {
        if (session.UserState is null)
        {
            return next(session, message);
        }

        message.Refuse();
        return default;
    });

    protected override async ValueTask HandleAsync(FarewellSession session, Message message)
    {
        var connection = ConnectionOf(session);
        await connection.Step(AskedAgain).Task.WaitAsync(connection.Cancellation);
        session.UserState = AskedAgain;
        session.End();
        message.Answer(LabSocket.Reply);
    }

    protected override async Task EndAsync(FarewellSession session, LabConnection connection)
    {
        var begun = AskAsync(session);
        var waiting = session.AskAsync(LabSocket.Request);
        connection.Step(AskedAgain).SetResult();
        await begun;
        var refused = await waiting;
        if (refused.Outcome != AskOutcome.Refused)
        {
            throw new InvalidOperationException($"An ask that was not begun ended {refused.Outcome}, not refused.");
        }

        await session.Completion;
    }
}
