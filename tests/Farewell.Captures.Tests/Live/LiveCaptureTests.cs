using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Captures.Files;
using Farewell.Captures.Live;
using Farewell.Captures.Tracking;
using Farewell.Tcp;
using Farewell.Testing;

namespace Farewell.Captures.Tests.Live;

[SupportedOSPlatform("linux")]
public sealed class LiveCaptureTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("127.0.0.1", "lo")]
    [InlineData("::1", "lo")]
    [InlineData("127.0.0.1", null)]
    public void OneConnection_IsSeenFromItsSynToItsLastAck(string address, string? name) => InPrivateNetwork(() =>
    {
        var tap = new Tap();
        using var listener = Listen(address);
        using var capture = LiveCapture.Start(name, CaptureFilter.Tcp, tap.Take);
        CloseFromTheClient(listener, payload: 100);
        WaitFor(capture, tap, finished: 1);
        capture.Stop();

        var only = tap.Tracker.Connections.ShouldHaveSingleItem();
        only.Segments[0].Segment.IsSyn.ShouldBeTrue(Ladder.Draw(only.Segments));
        only.Segments.Count(item => item.Segment.IsSyn).ShouldBe(2, Ladder.Draw(only.Segments));
        only.Segments.Where(item => item.Segment.IsFin).Select(item => item.From).ShouldBe([Side.Local, Side.Remote], Ladder.Draw(only.Segments));
        only.Segments[^1].Segment.Flags.ShouldBe(SegmentFlags.Ack, Ladder.Draw(only.Segments));
        only.BytesFromLocal.ShouldBe(100);
        tap.Directions.ShouldBe([PacketDirection.Loopback]);
        capture.Dropped.ShouldBe(0);
        capture.Received.ShouldBe(only.Packets);
        capture.Delivered.ShouldBe(only.Packets);
        (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch - only.LastSeen).ShouldBeInRange(TimeSpan.FromSeconds(-5), TimeSpan.FromMinutes(1));
        capture.WentDown.ShouldBeFalse();
    });

    [Fact]
    public void TwoHundredConnections_AreSeenWholeWithoutADrop() => InPrivateNetwork(() =>
    {
        var tap = new Tap();
        using var listener = Listen("127.0.0.1");
        using var capture = LiveCapture.Start("lo", CaptureFilter.TcpPorts((ushort)((IPEndPoint)listener.LocalEndPoint!).Port), tap.Take);
        for (var i = 0; i < 200; i++)
        {
            CloseFromTheClient(listener, payload: 1);
        }

        WaitFor(capture, tap, finished: 200);
        capture.Stop();
        capture.Dropped.ShouldBe(0);
        tap.Tracker.Connections.Count.ShouldBe(200);
        tap.Tracker.Connections.ShouldAllBe(connection =>
            connection.Segments[0].Segment.IsSyn && connection.Segments.Count(item => item.Segment.IsFin) == 2 && connection.BytesFromLocal == 1);
    });

    [Fact]
    public void Stop_DeliversWhatCameBeforeIt() => InPrivateNetwork(() =>
    {
        for (var round = 0; round < 20; round++)
        {
            var tap = new Tap();
            using var listener = Listen("127.0.0.1");
            using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp, tap.Take);
            CloseFromTheClient(listener, payload: 1);

            // A socket learns of a segment after the tap has seen it: what both sockets know of has been captured. (The last ACK may still
            // be on its way.)
            capture.Stop();
            var only = tap.Tracker.Connections.ShouldHaveSingleItem();
            only.Segments.Count(item => item.Segment.IsFin).ShouldBe(2, Ladder.Draw(only.Segments));
            capture.Dropped.ShouldBe(0);
        }
    });

    [Fact]
    public void Flush_DeliversWhatCameBeforeIt() => InPrivateNetwork(() =>
    {
        var tap = new Tap();
        using var listener = Listen("127.0.0.1");
        using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp, tap.Take);
        for (var round = 1; round <= 10; round++)
        {
            CloseFromTheClient(listener, payload: 1);
            capture.Flush().ShouldBeTrue();
            tap.Fins.ShouldBe(2 * round);
        }
    });

    [Fact]
    public void PortFilter_TakesOnlyItsPorts() => InPrivateNetwork(() =>
    {
        foreach (var address in (string[])["127.0.0.1", "::1"])
        {
            var tap = new Tap();
            using var wanted = Listen(address);
            using var other = Listen(address);
            var port = (ushort)((IPEndPoint)wanted.LocalEndPoint!).Port;
            using var capture = LiveCapture.Start("lo", CaptureFilter.TcpPorts(1, 2, port), tap.Take);
            CloseFromTheClient(other, payload: 1);
            CloseFromTheClient(wanted, payload: 1);
            WaitFor(capture, tap, finished: 1);
            capture.Stop();
            tap.Tracker.Connections.ShouldHaveSingleItem().Tuple.Remote.Port.ShouldBe(port);
        }
    });

    [Fact]
    public void SynFinResetFilter_TakesOnlyThose() => InPrivateNetwork(() =>
    {
        var tap = new Tap();
        using var listener = Listen("127.0.0.1");
        using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp with { OnlySynFinReset = true }, tap.Take);
        CloseFromTheClient(listener, payload: 1000);
        capture.Stop();
        tap.Tracker.Connections.ShouldHaveSingleItem().Packets.ShouldBe(4);
    });

    [Fact]
    public void LongFrames_AreWholeWhenAskedFor() => InPrivateNetwork(() =>
    {
        using var stream = new MemoryStream();
        using var writer = new PcapWriter(stream, LinkType.Ethernet, leaveOpen: true);
        var tap = new Tap();
        using var listener = Listen("127.0.0.1");
        using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp with { SnapLength = PcapWriter.WholeFrames }, (in CapturedPacket packet) =>
        {
            packet.Frame.Length.ShouldBe(packet.OriginalLength);
            writer.Write(packet);
            tap.Take(packet);
        });
        CloseFromTheClient(listener, payload: 300_000);
        WaitFor(capture, tap, finished: 1);
        capture.Stop();
        tap.Tracker.Connections[0].BytesFromLocal.ShouldBeGreaterThanOrEqualTo(300_000);

        stream.Position = 0;
        using var reader = new PcapReader(stream);
        var fromFile = new ConnectionTracker();
        while (reader.TryRead(out var packet))
        {
            PacketParser.TryParse(packet, out var parsed).ShouldBeTrue();
            fromFile.Observe(packet.At, parsed);
        }

        fromFile.Connections.ShouldHaveSingleItem().Packets.ShouldBe(tap.Tracker.Connections[0].Packets);
    });

    [Fact]
    public void Veth_TellsWhichWay() => InPrivateNetwork(() =>
    {
        var ip = Require.Tool("ip", "iproute2");
        PrivateNetwork.Run(() =>
        {
            // This thread's namespace is the client's; the server's is a second one.
            var client = PrivateNetwork.ThreadId();
            var connected = new ManualResetEventSlim();
            Socket? listener = null;
            Exception? failure = null;
            var ready = new ManualResetEventSlim();
            var server = new Thread(() =>
            {
                try
                {
                    PrivateNetwork.Run(() =>
                    {
                        Call(ip, "link", "add", "vs", "type", "veth", "peer", "name", "vc", "netns", $"{client}");
                        Call(ip, "addr", "add", "10.9.0.2/24", "dev", "vs");
                        Call(ip, "link", "set", "vs", "up");
                        listener = Listen("10.9.0.2");
                        ready.Set();
                        connected.Wait(Limit).ShouldBeTrue();
                        using var peer = listener.Accept();
                        Drain(peer);
                        peer.Shutdown(SocketShutdown.Send);
                    });
                }
                catch (Exception error)
                {
                    failure = error;
                    ready.Set();
                }
            });
            server.Start();
            ready.Wait(Limit).ShouldBeTrue();
            failure.ShouldBeNull();
            Call(ip, "addr", "add", "10.9.0.1/24", "dev", "vc");
            Call(ip, "link", "set", "vc", "up");
            var tap = new Tap();
            using var capture = LiveCapture.Start("vc", CaptureFilter.Tcp, tap.Take);
            using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            {
                socket.Connect(listener!.LocalEndPoint!);
                connected.Set();
                socket.Shutdown(SocketShutdown.Send);
                Drain(socket);
            }

            server.Join(Limit).ShouldBeTrue();
            failure.ShouldBeNull();
            WaitFor(capture, tap, finished: 1);
            capture.Stop();
            tap.Directions.Order().ShouldBe([PacketDirection.Incoming, PacketDirection.Outgoing]);
            tap.Tracker.Connections.ShouldHaveSingleItem().Segments.ShouldAllBe(item =>
                tap.SentBy[item.At] == (item.From == Side.Local ? PacketDirection.Outgoing : PacketDirection.Incoming));
        });
    });

    [Theory]
    [InlineData("tun7")]
    [InlineData(null)]
    public void BareIPInterface_IsRead(string? name) => InPrivateNetwork(() =>
    {
        var ip = Require.Tool("ip", "iproute2");
        Require.That(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        using var tunnel = PrivateNetwork.CreateTunnel("tun7");
        Call(ip, "addr", "add", "10.9.0.1/24", "dev", "tun7");
        Call(ip, "link", "set", "tun7", "up");
        var links = new List<LinkType>();
        var tap = new Tap();
        using var capture = LiveCapture.Start(name, CaptureFilter.TcpPorts(4711), (in CapturedPacket packet) =>
        {
            links.Add(packet.Link);
            tap.Take(packet);
        });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        Should.Throw<SocketException>(() => socket.Connect(IPAddress.Parse("10.9.0.2"), 4711)).SocketErrorCode
            .ShouldBeOneOf(SocketError.WouldBlock, SocketError.InProgress);
        capture.Flush().ShouldBeTrue();
        capture.Stop();
        links.Distinct().ShouldBe([LinkType.Raw]);
        tap.Directions.ShouldBe([PacketDirection.Outgoing]);
        tap.Tracker.Connections.ShouldHaveSingleItem().Segments[0].Segment.IsSyn.ShouldBeTrue();
    });

    [Fact]
    public void WithoutTheRight_TheRemedyIsNamed() => InPrivateNetwork(() =>
    {
        PrivateNetwork.DropCaptureRight();
        var error = Should.Throw<CaptureException>(() => LiveCapture.Start("lo", CaptureFilter.Tcp, Ignore));
        error.Failure.ShouldBe(CaptureFailure.NotPermitted);
        error.Message.ShouldContain("CAP_NET_RAW");
        error.Message.ShouldContain("unshare -Urn");
    });

    [Fact]
    public void MostPorts_FitOneFilter() => InPrivateNetwork(() =>
    {
        using var listener = Listen("127.0.0.1");
        var port = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port;
        var ports = Enumerable.Range(1, CaptureFilter.MostPorts - 1).Select(i => (ushort)i).Append(port).ToArray();
        var tap = new Tap();
        using var capture = LiveCapture.Start("lo", CaptureFilter.TcpPorts(ports) with { OnlySynFinReset = true }, tap.Take);
        CloseFromTheClient(listener, payload: 1);
        capture.Stop();
        tap.Fins.ShouldBe(2);
        Should.Throw<ArgumentException>(() => CaptureFilter.TcpPorts([.. ports, 999])).Message.ShouldContain("64");
    });

    [Fact]
    public void NoSuchInterface_IsNamedWithThoseThereAre() => InPrivateNetwork(() =>
    {
        var error = Should.Throw<CaptureException>(() => LiveCapture.Start("nowhere0", CaptureFilter.Tcp, Ignore));
        error.Failure.ShouldBe(CaptureFailure.NoSuchInterface);
        error.Message.ShouldContain("nowhere0");
        error.Message.ShouldContain("lo");
        Should.Throw<CaptureException>(() => LiveCapture.Start(new string('x', 40), CaptureFilter.Tcp, Ignore))
            .Failure.ShouldBe(CaptureFailure.NoSuchInterface);
    });

    [Fact]
    public void HandlerThatThrows_EndsTheCaptureAndStopTells() => InPrivateNetwork(() =>
    {
        using var listener = Listen("127.0.0.1");
        using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp, (in CapturedPacket _) => throw new FormatException("no good"));
        CloseFromTheClient(listener, payload: 1);
        var error = Should.Throw<CaptureException>(capture.Stop);
        error.Failure.ShouldBe(CaptureFailure.Handler);
        error.Message.ShouldContain("no good");
        capture.Dropped.ShouldBeGreaterThan(0);
    });

    [Fact]
    public void FullRing_CountsWhatItDrops() => InPrivateNetwork(() =>
    {
        using var listener = Listen("127.0.0.1");
        using var release = new ManualResetEventSlim();
        long taken = 0;
        using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp with { SnapLength = PcapWriter.WholeFrames }, (in CapturedPacket _) =>
        {
            release.Wait(Limit);
            taken++;
        }, ringOctets: 1);
        for (var i = 0; i < 10; i++)
        {
            CloseFromTheClient(listener, payload: 200_000);
        }

        release.Set();
        capture.Stop();
        capture.Dropped.ShouldBeGreaterThan(0);
        (taken + capture.Dropped).ShouldBe(capture.Received);
    });

    [Fact]
    public void StopOnAnIdleInterface_IsPrompt() => InPrivateNetwork(() =>
    {
        using var capture = LiveCapture.Start("lo", CaptureFilter.Tcp, Ignore);
        var began = Stopwatch.GetTimestamp();
        capture.Stop();
        capture.Stop();
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        capture.Received.ShouldBe(0);
        capture.Flush().ShouldBeTrue();
    });

    private static void Ignore(in CapturedPacket packet)
    {
    }

    private static void InPrivateNetwork(Action test)
    {
        Require.Root();
        PrivateNetwork.Run(test);
    }

    private static Socket Listen(string address)
    {
        var ip = IPAddress.Parse(address);
        var listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(ip, 0));
        listener.Listen();
        return listener;
    }

    private static void CloseFromTheClient(Socket listener, int payload)
    {
        using var client = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        var octets = new byte[payload];
        for (var sent = 0; sent < payload;)
        {
            var chunk = Math.Min(payload - sent, 20_000);
            sent += client.Send(octets, sent, chunk, SocketFlags.None);
            for (var left = chunk; left > 0;)
            {
                left -= server.Receive(octets, 0, left, SocketFlags.None);
            }
        }

        client.Shutdown(SocketShutdown.Send);
        Drain(server);
        server.Shutdown(SocketShutdown.Send);
        Drain(client);
    }

    private static void Drain(Socket socket)
    {
        var octets = new byte[4096];
        while (socket.Receive(octets) > 0)
        {
        }
    }

    private static void WaitFor(LiveCapture capture, Tap tap, int finished)
    {
        var began = Stopwatch.GetTimestamp();
        while (tap.Finished < finished)
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Limit, $"{tap.Finished} of {finished} connections finished");
            capture.Flush();
        }
    }

    private static void Call(string tool, params string[] arguments)
    {
        using var process = Process.Start(tool, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{tool} {string.Join(' ', arguments)}");
    }

    private sealed class Tap
    {
        private int _finished;
        private int _fins;

        public ConnectionTracker Tracker { get; } = new(keepSegments: 1000);

        public HashSet<PacketDirection> Directions { get; } = [];

        public Dictionary<TimeSpan, PacketDirection> SentBy { get; } = [];

        /// <summary>Connections whose last ACK was seen.</summary>
        public int Finished => Volatile.Read(ref _finished);

        public int Fins => Volatile.Read(ref _fins);

        public void Take(in CapturedPacket packet)
        {
            Directions.Add(packet.Direction);
            SentBy[packet.At] = packet.Direction;
            if (!PacketParser.TryParse(packet, out var parsed))
            {
                return;
            }

            Volatile.Write(ref _fins, _fins + (parsed.Segment.IsFin ? 1 : 0));
            var connection = Tracker.Observe(packet.At, parsed);
            var segments = connection.Segments;
            var fins = segments.Where(item => item.Segment.IsFin).ToArray();
            if (parsed.Segment.Flags == SegmentFlags.Ack && fins.Length == 2 && parsed.Segment.Acknowledgement == fins[1].Segment.End)
            {
                Volatile.Write(ref _finished, _finished + 1);
            }
        }
    }
}
