using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class ListenerClosedWithFullQueue : Strategy
{
    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override About About => new("listener-closed-with-queue", EndingSide.Server, 4)
    {
        Does = "the server closes its listener with connections in the accept queue",
        Lesson = "Nobody is told anything but a reset: drain the queue before you close the listener.",
        Expected = [Outcome.Aborted],
    };

    public override async Task RunAsync(Arena arena)
    {
        List<LabSocket> clients = [];
        using (await arena.ListenAsync())
        {
            for (var i = 0; i < arena.ConnectionCount; i++)
            {
                var client = await arena.ConnectAsync();
                await client.SendRequestAsync();
                await client.UntilAcknowledged();
                clients.Add(client);
            }
        }

        foreach (var client in clients)
        {
            await client.ReadToEndAsync();
            client.Close();
        }
    }
}
