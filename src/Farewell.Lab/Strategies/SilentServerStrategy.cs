using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies;

/// <summary>After its reply the server's host falls silent; when the client has given up, the server aborts what it still believes in.</summary>
internal abstract class SilentServerStrategy : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override bool CanChurn => false;

    public override string? WhyNot(Arena arena) => PacketFilter.Refusal;

    /// <summary>What the client does on the silent connection until it is told that the other side does not answer.</summary>
    protected abstract Task WaitInVainAsync(LabSocket client);

    public sealed override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.UntilAcknowledged();
        PacketFilter.DropEverythingFor(server.Socket);
        server.Announce("silent");
        await server.Until("gave up");
        server.Close(0);
    }

    public sealed override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await client.Until("silent");
        await WaitInVainAsync(client);
        await client.ReadToEndAsync();
        client.Announce("gave up");
        client.Close();
    }

    protected static IReadOnlyList<Outcome> GivenUp => [new(ClosedFirst.None, How.TimedOut, TimeWaitHolder.None, PeerSaw.TimedOut)];
}
