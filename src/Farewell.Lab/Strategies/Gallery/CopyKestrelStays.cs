using Farewell.Lab.Running;
using Farewell.Samples.Endings;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyKestrelStays : KestrelHandlerStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-kestrel-stays", EndingSide.Client, 9)
    {
        Does = "a Kestrel handler derived from KestrelStays waits until the client has left",
        Lesson = "Two dozen lines turn Kestrel's handlers from first closers into stayers.",
        Sample = "KestrelStays.cs",
        Expected = [Outcome.ClientHeld with { PeerSaw = PeerSaw.Unknown }],
    };

    protected override Task HandleAsync(ConnectionContext connection, LabSocket server) => new Handler(server).OnConnectedAsync(connection);

    protected override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Close();
    }

    private sealed class Handler(LabSocket server) : KestrelStays
    {
        protected override async Task ServeAsync(ConnectionContext connection)
        {
            await ReadRequestAsync(connection, server);
            await SendReplyAsync(connection, server);
        }
    }
}
