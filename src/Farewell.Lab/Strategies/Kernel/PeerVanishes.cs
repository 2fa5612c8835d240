using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class PeerVanishes : SilentServerStrategy
{
    public override About About => new("peer-vanishes", EndingSide.Server, 7)
    {
        Does = "the server's host falls silent while the client waits for an acknowledgement (TCP_USER_TIMEOUT 500 ms)",
        Lesson = "A time-out is told to one side only; the other stays half open until it speaks.",
        Why = "The client's kernel gives up on the unacknowledged octets and tells its own application. It sends "
            + "nothing; the server learns only when it speaks.",
        Expected = GivenUp,
        IsSlow = true,
    };

    protected override async Task WaitInVainAsync(LabSocket client)
    {
        SocketOptions.SetUserTimeout(client.Socket, TimeSpan.FromMilliseconds(500));
        await client.SendRequestAsync();
    }
}
