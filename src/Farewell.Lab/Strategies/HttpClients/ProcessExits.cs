using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class ProcessExits : HttpClientStrategy
{
    public override About About => new("httpclient-process-exits", EndingSide.Client, 33)
    {
        Does = "a process makes its requests with an HttpClient and exits without disposing it",
        Lesson = "The kernel closes for it by a FIN, and the TIME_WAITs outlive the process.",
        Expected = [Outcome.ClientHeld],
        IsSlow = true,
    };

    protected override Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        var child = arena.Keep(ChildProcess.Fetch(arena));
        return child.ExitedAsync(arena.Cancellation);
    }
}
