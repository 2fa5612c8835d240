using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyCloseWhileReceiving : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-close-while-receiving", EndingSide.Client, 6)
    {
        Does = "the client runs CloseWhileReceiving: cancel its receive loop, await it, dispose",
        Lesson = "The FIN that a plain Dispose would have turned into a reset.",
        Sample = "CloseWhileReceiving.cs",
        Expected = [Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        using var stop = new CancellationTokenSource();
        var receiving = client.Socket.ReceiveAsync(new byte[1], stop.Token).AsTask();
        client.NoteClosed();
        await CloseWhileReceiving.EndAsync(client.Socket, receiving, stop);
    }
}
