using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class StopWithWorkInHand : SessionStrategy
{
    private TaskCompletionSource _release = new();

    public override About About => new("session-server-stops", EndingSide.Client, 8)
    {
        Does = "the server stops while it works on an ask of every guest, and answers them all",
        Lesson = "A stop is an invitation to leave with a time limit, not a cut.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task RunAsync(Arena arena, FarewellServer server)
    {
        _release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<Task> work = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var (session, connection) = await DialAsync(arena);
            var asked = AskAsync(session);
            work.Add(Task.Run(async () =>
            {
                await asked;
                await ReportedAsync(session, connection);
            }));
        }

        var stopping = server.StopAsync(new StopOptions { Spread = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(5) });
        _release.SetResult();
        await Arena.AllAsync(work);
        await stopping;
    }

    protected override async ValueTask HandleAsync(FarewellSession session, Message message)
    {
        await _release.Task;
        message.Answer(LabSocket.Reply);
    }
}
