using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class PeerVanishes : SocketStrategy
{
    private static readonly TimeSpan UserTimeout = TimeSpan.FromMilliseconds(500);

    public override StrategyGroup Group => StrategyGroup.Kernel;

    public override About About => new("peer-vanishes", EndingSide.Server, 7)
    {
        Does = "the server's host falls silent while the client waits for an acknowledgement (TCP_USER_TIMEOUT 500 ms)",
        Lesson = "A time-out is told to one side only; the other stays half open until it speaks.",
        Why = "The client's kernel gives up on the unacknowledged octets and tells its own application. It sends nothing; "
            + "the server learns only when it speaks.",
        Expected = [new(ClosedFirst.None, How.TimedOut, TimeWaitHolder.None, PeerSaw.TimedOut)],
        IsSlow = true,
    };

    public override bool CanChurn => false;

    public override string? WhyNot(Arena arena) =>
        OperatingSystem.IsLinux() ? null : "needs a socket filter to silence the server (Linux SO_ATTACH_FILTER)";

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.UntilAcknowledged();
        PacketFilter.DropEverythingFor(server.Socket);
        server.Announce("silent");
        await server.Until("gave up");
        server.Close(0);
    }

    public override async Task CallAsync(LabSocket client)
    {
        SocketOptions.SetUserTimeout(client.Socket, UserTimeout);
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await client.Until("silent");
        await client.SendRequestAsync();
        await client.ReadToEndAsync();
        client.Announce("gave up");
        client.Close();
    }
}
