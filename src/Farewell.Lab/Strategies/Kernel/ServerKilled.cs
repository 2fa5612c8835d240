using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class ServerKilled : ChildServerStrategy
{
    public override About About => new("server-killed", EndingSide.Server, 1)
    {
        Does = "the server's process is killed (SIGKILL) with its connections idle",
        Lesson = "The kernel says goodbye for the dead, and their TIME_WAITs stay.",
        Expected = [Outcome.ServerHeld],
    };

    protected override Task EndAsync(ChildProcess server) => server.KillAsync();
}
