using Farewell.Lab.Running;
using Farewell.Protocol.Sessions;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class IdleIsDismissed : SessionStrategy
{
    public override About About => new("session-idle", EndingSide.Client, 9)
    {
        Does = "nothing is said for the idle limit of 200 ms, and the server asks its guests to leave",
        Lesson = "Idle is no fault: the guest is asked to leave, never reset.",
        Expected = [Outcome.ClientHeld],
    };

    protected override SessionLimits Limits => base.Limits with { Idle = TimeSpan.FromMilliseconds(200) };

    protected override async Task EndAsync(FarewellSession session, LabConnection connection)
    {
        await AskAsync(session);
        await session.Completion;
    }
}
