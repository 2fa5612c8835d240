using Farewell.Lab.Running;
using Farewell.Listening;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class KilledByReset : KilledSessionStrategy
{
    public override About About => new("session-killed-reset", EndingSide.Server, 19)
    {
        Does = "the same kill; ListenOptions.OnCrash is Reset",
        Lesson = "A killed server that leaves no TIME_WAIT, and drops what it had not sent.",
        Expected = [Outcome.Aborted],
    };

    protected override CrashEnding OnCrash => CrashEnding.Reset;

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "accepted sockets inherit linger on Linux";
}
