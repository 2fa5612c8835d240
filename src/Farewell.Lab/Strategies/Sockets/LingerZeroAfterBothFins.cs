using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class LingerZeroAfterBothFins : SocketStrategy
{
    public override About About => new("linger-0-after-both-fins", EndingSide.Client, 12)
    {
        Does = "the client calls Shutdown(Send), reads the server's end of stream, then closes with linger 0",
        Lesson = "TIME_WAIT begins with the second FIN: a reset after it comes too late.",
        Why = "The TIME_WAIT is a small object of its own by then; closing the socket with linger 0 finds nothing to "
            + "reset.",
        Expected = [Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Shutdown(SocketShutdown.Send);
        await client.ReadToEndAsync();
        client.LingerZero();
        client.Close();
    }
}
