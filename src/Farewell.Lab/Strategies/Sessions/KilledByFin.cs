using Farewell.Listening;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class KilledByFin : KilledSessionStrategy
{
    public override About About => new("session-killed-fin", EndingSide.Server, 18)
    {
        Does = "the server's process is killed (SIGKILL) with its sessions idle; ListenOptions.OnCrash is Fin, as by default",
        Lesson = "The kernel's FIN for the dead is no goodbye: the client reports the end truncated.",
        Expected = [Outcome.ServerHeld],
    };

    protected override CrashEnding OnCrash => CrashEnding.Fin;
}
