using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class ServerForgetsSocket : Strategy
{
    public override StrategyGroup Group => StrategyGroup.Socket;

    public override About About => new("server-forgets-socket", EndingSide.Server, 22)
    {
        Does = "the server drops its last reference to the socket, and the garbage collector finds it",
        Lesson = "A socket that is never disposed ends in a reset, whenever the collector comes by.",
        Expected = [Outcome.Aborted],
    };

    public override async Task RunAsync(Arena arena)
    {
        using var listener = await arena.ListenAsync();
        List<Task<PeerSaw>> ends = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var client = await arena.ConnectAsync();
            await client.SendRequestAsync();
            ServeAndForget(listener);
            ends.Add(client.ReadToEndAsync());
        }

        while (!ends.TrueForAll(end => end.IsCompleted))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(1, arena.Cancellation);
        }

        foreach (var connection in arena.Connections)
        {
            connection.Client!.Close();
        }
    }

    /// <summary>Synchronous and not inlined, so that nothing but the collector knows the socket when it returns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ServeAndForget(Socket listener)
    {
        var server = listener.Accept();
        var request = new byte[LabSocket.Request.Length];
        for (var read = 0; read < request.Length;)
        {
            read += server.Receive(request.AsSpan(read));
        }

        server.Send(LabSocket.Reply.Span);
    }
}
