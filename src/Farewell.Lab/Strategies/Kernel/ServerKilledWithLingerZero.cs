using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class ServerKilledWithLingerZero : ChildServerStrategy
{
    public override About About => new("server-killed-linger-0", EndingSide.Server, 3)
    {
        Does = "the same kill, with linger 0 set once on the listener and inherited by every accepted socket",
        Lesson = "A killed server that leaves no TIME_WAIT, and drops what it had not sent.",
        Why = "Accepted sockets inherit linger 0 from the listener on Linux, and the kernel closes a dead process's "
            + "sockets: each close is then an abort. Lift it on a socket before you end it in order.",
        Expected = [Outcome.Aborted],
    };

    protected override string[] Options => ["linger-0"];

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "accepted sockets inherit linger on Linux";

    protected override Task EndAsync(ChildProcess server) => server.KillAsync();
}
