using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerCancelsReceiveThenDisposes : SocketStrategy
{
    public override About About => new("server-cancels-receive-then-disposes", EndingSide.Server, 20)
    {
        Does = "the server cancels its pending ReceiveAsync by token, awaits it, then calls Dispose()",
        Lesson = "Cancel, await, dispose: that order gives a FIN.",
        Expected = [Outcome.ServerHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        using var stop = new CancellationTokenSource();
        var pending = server.Socket.ReceiveAsync(new byte[1], stop.Token).AsTask();
        await stop.CancelAsync();
        try
        {
            await pending;
        }
        catch (OperationCanceledException)
        {
            // That is what was asked for.
        }

        server.Dispose();
    }
}
