using System.Runtime.Versioning;
using Farewell.Captures;
using Farewell.Captures.Files;
using Farewell.Captures.Live;
using Farewell.Captures.Tracking;
using Farewell.Lab.Networks;
using Farewell.Tcp;

namespace Farewell.Lab.Witnesses;

/// <summary>The packets on one host's interface, from before the first connection until the last has ended.</summary>
#pragma warning disable CA1416 // Only the factories need the platform: where it lacks, no instance exists.
internal sealed class PacketWitness : IDisposable
{
    /// <summary>A block of the ring is handed over every 10 ms however little is in it, so this bears 320 ms without a turn on the CPU.</summary>
    private const int RingOctets = 8 << 20;
    private const int KeptSegments = 400;

    private readonly ConnectionTracker _tracker;
    private readonly LiveCapture _capture;
    private readonly PcapWriter? _file;

    private PacketWitness(string interfaceName, ushort port, string? file)
    {
        _tracker = new ConnectionTracker(LocalSide.ByServerPort(port), KeptSegments);
        _file = file is null ? null : new PcapWriter(new FileStream(file, FileMode.Create), LinkType.Ethernet);
        try
        {
            var filter = CaptureFilter.TcpPorts(port);
            _capture = LiveCapture.Start(interfaceName, _file is null ? filter : filter with { SnapLength = 2048 }, Take, RingOctets);
        }
        catch
        {
            _file?.Dispose();
            if (file is not null)
            {
                File.Delete(file);
            }

            throw;
        }
    }

    /// <summary>Packets that were on the wire and that this witness missed.</summary>
    public long Dropped => _capture.Dropped;

    /// <summary>The connections seen, once <see cref="Stop"/> has returned.</summary>
    public IReadOnlyList<TrackedConnection> Connections => _tracker.Connections;

    /// <summary>Takes its place on the client's interface.</summary>
    /// <exception cref="CaptureException">Not permitted here.</exception>
    [SupportedOSPlatform("linux")]
    public static PacketWitness OnClient(ILabNetwork network, ushort port, string? file) =>
        network.OnClient(() => new PacketWitness(network.ClientInterface, port, file));

    /// <summary>Takes its place on the server's interface.</summary>
    /// <exception cref="CaptureException">Not permitted here.</exception>
    [SupportedOSPlatform("linux")]
    public static PacketWitness OnServer(ILabNetwork network, ushort port, string? file) =>
        network.OnServer(() => new PacketWitness(network.ServerInterface, port, file));

    /// <summary>Ends the watch; every packet that came before is taken.</summary>
    public void Stop()
    {
        _capture.Stop();
        _file?.Flush();
    }

    /// <summary>The connections that one four-tuple carried, in order.</summary>
    public IReadOnlyList<TrackedConnection> Find(FourTuple tuple) => [.. _tracker.Connections.Where(c => c.Tuple == tuple)];

    public void Dispose()
    {
        _capture.Dispose();
        _file?.Dispose();
    }

    private void Take(in CapturedPacket captured)
    {
        // The filter lets IPv6 with extension headers pass, such as the multicast reports of an interface that comes up.
        if (PacketParser.TryParse(captured, out var packet))
        {
            _tracker.Observe(captured.At, packet);
            _file?.Write(captured);
        }
    }
}
