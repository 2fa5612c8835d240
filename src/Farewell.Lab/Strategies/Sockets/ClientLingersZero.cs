using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ClientLingersZero : SocketStrategy
{
    public override About About => new("client-linger-0", EndingSide.Client, 11)
    {
        Does = "the client reads the reply, sets LingerState(true, 0) and closes",
        Lesson = "No TIME_WAIT, but the server cannot tell this from a crash.",
        Expected = [Outcome.Aborted],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.LingerZero();
        client.Close();
    }
}
