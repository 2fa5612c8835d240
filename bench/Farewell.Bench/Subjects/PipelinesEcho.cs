using System.Net;
using System.Net.Sockets;
using Pipelines.Sockets.Unofficial;

namespace Farewell.Bench.Subjects;

/// <summary>Pipelines.Sockets.Unofficial.</summary>
internal sealed class PipelinesEcho : IEchoServer
{
    public Task StartAsync(IPEndPoint endPoint)
    {
        _ = AcceptAsync(Listening.At(endPoint));
        return Task.CompletedTask;
    }

    public Task<string> StopAsync() => Task.FromResult("no stop");

    private static async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            var socket = await listener.AcceptAsync();
            SocketConnection.SetRecommendedServerOptions(socket);
            _ = ServeAsync(SocketConnection.Create(socket));
        }
    }

    private static async Task ServeAsync(SocketConnection connection)
    {
        using (connection)
        {
            while (await connection.Input.ReadAsync() is { IsCompleted: false } read)
            {
                var end = Messages.Echo(read.Buffer, connection.Output);
                connection.Input.AdvanceTo(end, read.Buffer.End);
                await connection.Output.FlushAsync();
            }
        }
    }
}
