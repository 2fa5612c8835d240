using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class FinThenReset : SocketStrategy
{
    public override About About => new("fin-then-reset", EndingSide.Client, 15)
    {
        Does = "the client calls Shutdown(Send) and at once closes with linger 0",
        Lesson = "The peer reads a clean end, nobody keeps TIME_WAIT; with one lost packet, data goes too.",
        Expected = [Outcome.ClientFinThenReset, Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Shutdown(SocketShutdown.Send);
        client.LingerZero();
        client.Close();
    }
}
