using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class ServerTerminated : ChildServerStrategy
{
    public override About About => new("server-terminated", EndingSide.Server, 2)
    {
        Does = "the server's process exits on SIGTERM with its connections idle and undisposed",
        Lesson = "A process that exits closes first on every connection it had.",
        Expected = [Outcome.ServerHeld],
    };

    protected override Task EndAsync(ChildProcess server) => server.TerminateAsync();
}
