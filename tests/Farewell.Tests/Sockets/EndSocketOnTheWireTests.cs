using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Sockets;

namespace Farewell.Tests.Sockets;

/// <summary>Each operation a hundred times over a veth pair, judged by both kernels' tables and by the octets that arrived.</summary>
[SupportedOSPlatform("linux")]
public sealed class EndSocketOnTheWireTests
{
    private const int Count = 100;
    private const int Payload = 10_000;

    private static readonly DrainLimit Patient = DrainLimit.Default with { Time = Eventually.Limit };

    [Theory]
    [InlineData("orderly", SocketEndKind.Orderly, Count, 0)]
    [InlineData("orderly", SocketEndKind.Orderly, Count, 0, true, false)]
    [InlineData("orderly", SocketEndKind.Orderly, Count, 0, false, true)]
    [InlineData("abort", SocketEndKind.Reset, 0, 0)]
    [InlineData("abort", SocketEndKind.Reset, 0, 0, true, false)]
    [InlineData("unheld", SocketEndKind.UnheldFin, 0, 0)]
    [InlineData("unheld", SocketEndKind.UnheldFin, 0, 0, true, false)]
    [InlineData("unheld", SocketEndKind.UnheldFin, 0, 0, false, true)]
    [InlineData("passive", SocketEndKind.Passive, 0, Count)]
    [InlineData("passive", SocketEndKind.Passive, 0, Count, true, false)]
    [InlineData("passive", SocketEndKind.Passive, 0, Count, false, true)]
    public async Task TheClientEnds(
        string operation, SocketEndKind expected, int clientHolds, int serverHolds, bool byDescriptor = false, bool lingerZero = false)
    {
        using var network = new VethNetwork();
        var listener = network.Listen();
        var ends = new List<SocketEnd>();
        var peers = new List<Task<(long Octets, bool Reset)>>();
        for (var i = 0; i < Count; i++)
        {
            var (client, server) = network.Pair(listener);
            client.LingerState = new(lingerZero, 0);
            await client.SendAsync(new byte[Payload]);
            if (operation == "abort")
            {
                // An abort may destroy what is still on its way: here everything has arrived, read or not.
                await Eventually.HoldsAsync(() => server.Available == Payload, () => $"{Payload} octets arrived");
            }

            var first = operation == "passive" ? EndSocket.OrderlyAsync(server, Patient).AsTask() : null;
            peers.Add(first is null ? PeerAsync(server) : Task.FromResult(((long)Payload, false)));
            if (first is not null)
            {
                (await Conversation.ReadToEndAsync(client)).ShouldBe((0, false));
            }

            ends.Add(await EndAsync(operation, client, byDescriptor));
            if (first is not null)
            {
                (await first).ShouldBe(new SocketEnd(SocketEndKind.Orderly, Payload));
            }
        }

        var seen = await Task.WhenAll(peers);
        (await network.SettledAsync()).ShouldBe((clientHolds, serverHolds), "TIME_WAITs at the client and at the server, by their kernels");
        ends.Select(end => end.Kind).ShouldAllBe(kind => kind == expected);
        ends.ShouldAllBe(end => end.HoldsTimeWait == (clientHolds > 0) && end.Discarded == 0);
        seen.Sum(peer => Payload - peer.Octets).ShouldBe(0, "octets lost");
        seen.ShouldAllBe(peer => peer.Reset == (operation == "abort"));
    }

    private static async Task<(long Octets, bool Reset)> PeerAsync(Socket server)
    {
        var seen = await Conversation.ReadToEndAsync(server);
        var end = EndSocket.Passive(server);
        end.Kind.ShouldBe(SocketEndKind.Passive);
        return seen;
    }

    private static async Task<SocketEnd> EndAsync(string operation, Socket socket, bool byDescriptor) => (operation, byDescriptor) switch
    {
        ("orderly", false) => await EndSocket.OrderlyAsync(socket, Patient),
        ("orderly", true) => await DrainAsync(Conversation.Descriptor(socket)),
        ("abort", false) => EndSocket.Abort(socket),
        ("abort", true) => EndSocket.Abort(Conversation.Descriptor(socket)),
        ("unheld", false) => EndSocket.UnheldFin(socket),
        ("unheld", true) => EndSocket.UnheldFin(Conversation.Descriptor(socket)),
        ("passive", false) => EndSocket.Passive(socket),
        _ => EndSocket.Passive(Conversation.Descriptor(socket)),
    };

    private static async Task<SocketEnd> DrainAsync(int descriptor)
    {
        var drain = EndSocket.BeginOrderly(descriptor, Patient.Octets, deadline: 1);
        SocketEnd end = default;
        await Eventually.HoldsAsync(() => (end = EndSocket.ContinueOrderly(ref drain, now: 0)).Kind != SocketEndKind.None, () => "the drain ends");
        return end;
    }
}
