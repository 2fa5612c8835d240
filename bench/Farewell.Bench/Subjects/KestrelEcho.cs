using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Farewell.Bench.Subjects;

/// <summary>Kestrel: its own connection handler as it comes or at its fastest, or Farewell's sessions on it.</summary>
internal sealed class KestrelEcho(bool isFastest, bool isFarewell, bool isOnLoops = false) : IEchoServer
{
    private WebApplication? _host;

    public Task StartAsync(IPEndPoint endPoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(endPoint, listen => _ = isFarewell
            ? listen.UseFarewell(static (session, message) =>
            {
                _ = message.IsAsk ? message.Answer(message.Payload) : session.TrySend(message.Payload).Outcome == SendOutcome.Accepted;
                return default;
            })
            : listen.UseConnectionHandler<Handler>()));
        builder.WebHost.UseSockets(sockets => (sockets.UnsafePreferInlineScheduling, sockets.Backlog) = (isFastest, 4096));
        if (isOnLoops)
        {
            builder.WebHost.UseFarewellTransport(loops => loops.RunsOnLoops = isFastest);
        }

        _host = builder.Build();
        return _host.StartAsync();
    }

    public async Task<string> StopAsync()
    {
        await _host!.StopAsync();
        return "stopped";
    }

    private sealed class Handler : ConnectionHandler
    {
        public override async Task OnConnectedAsync(ConnectionContext connection)
        {
            var (input, output) = (connection.Transport.Input, connection.Transport.Output);
            while (await input.ReadAsync() is { IsCompleted: false, IsCanceled: false } read)
            {
                var end = Messages.Echo(read.Buffer, output);
                input.AdvanceTo(end, read.Buffer.End);
                await output.FlushAsync();
            }
        }
    }
}
