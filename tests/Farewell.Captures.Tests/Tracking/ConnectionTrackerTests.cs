using System.Net;
using Farewell.Captures.Tracking;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Captures.Tests.Tracking;

public sealed class ConnectionTrackerTests
{
    private static readonly Endpoint Client = Endpoint.From(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 40000));
    private static readonly Endpoint Server = Endpoint.From(new IPEndPoint(IPAddress.Parse("10.0.0.2"), 80));

    private readonly ConnectionTracker _tracker = new(keepSegments: 100);
    private int _clock;

    [Fact]
    public void WholeConnection_IsOne()
    {
        Establish();
        FromClient(Frame.Ack(101, 901, 10));
        FromServer(Frame.Ack(901, 111, 30));
        Close();
        var only = _tracker.Connections.ShouldHaveSingleItem();
        only.Tuple.ShouldBe(new FourTuple(Client, Server));
        (only.Packets, only.PacketsFromLocal, only.PacketsFromRemote).ShouldBe((8, 5, 3));
        (only.BytesFromLocal, only.BytesFromRemote).ShouldBe((10, 30));
        (only.FirstSeen, only.LastSeen).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)));
        only.Segments.Select(item => item.From).ShouldBe([Side.Local, Side.Remote, Side.Local, Side.Local, Side.Remote, Side.Local, Side.Remote, Side.Local]);
        (only.Incarnation, only.WasReopened).ShouldBe((1, false));
    }

    [Fact]
    public void SynWithTheSameNumber_IsARetransmission()
    {
        FromClient(Frame.Syn(100));
        FromClient(Frame.Syn(100));
        Establish();
        Close();
        FromClient(Frame.Syn(100));
        _tracker.Connections.ShouldHaveSingleItem().Packets.ShouldBe(9);
    }

    [Fact]
    public void SynAfterBothFins_BeginsTheNext()
    {
        Establish();
        Close();
        FromClient(Frame.Syn(5000));
        FromServer(Frame.SynAck(70, 5001));
        Incarnations().ShouldBe("1:6 reopened, 2:2");
    }

    [Fact]
    public void SynAfterAReset_BeginsTheNext()
    {
        FromClient(Frame.Syn(100));
        FromServer(Frame.Reset(0, 101));
        FromClient(Frame.Syn(200));
        FromServer(Frame.Reset(0, 201));
        Incarnations().ShouldBe("1:2 reopened, 2:2");
    }

    [Fact]
    public void SynAfterAnUnansweredSyn_BeginsTheNext()
    {
        FromClient(Frame.Syn(100));
        FromClient(Frame.Syn(100));
        FromClient(Frame.Syn(200));
        Incarnations().ShouldBe("1:2 reopened, 2:1");
    }

    [Fact]
    public void SynOnALiveConnection_ThatIsChallenged_DoesNotSplitIt()
    {
        Establish();
        FromClient(Frame.Syn(5000));
        FromServer(Frame.Ack(901, 101));
        FromClient(Frame.Ack(101, 901, 3));
        FromServer(Frame.SynAck(900, 101));
        Incarnations().ShouldBe("1:7");
    }

    [Fact]
    public void SynOnALiveConnection_ThatIsChallengedAndThenReset_BeginsTheNextWhenSentAgain()
    {
        // The client's host came up again: RFC 9293 figure 11.
        Establish();
        FromClient(Frame.Syn(5000));
        FromServer(Frame.Ack(901, 101));
        FromClient(Frame.Reset(101));
        FromClient(Frame.Syn(5000));
        FromServer(Frame.SynAck(70, 5001));
        Incarnations().ShouldBe("1:6 reopened, 2:2");
    }

    [Fact]
    public void SynOnALiveConnection_ThatIsAccepted_BeginsTheNextWithThatSyn()
    {
        Establish();
        FromClient(Frame.Syn(5000));
        FromServer(Frame.SynAck(70, 5001));
        FromClient(Frame.Ack(5001, 71));
        Incarnations().ShouldBe("1:4 reopened, 2:3");
        _tracker.Connections[1].Segments[0].ShouldBe(new TimedSegment(TimeSpan.FromSeconds(4), Side.Local, Frame.Syn(5000)));
        _tracker.Connections[1].FirstSeen.ShouldBe(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void SynOnALiveConnection_ThatIsRefused_BeginsTheNext()
    {
        Establish();
        FromClient(Frame.Syn(5000));
        FromServer(Frame.Reset(0, 5001));
        Incarnations().ShouldBe("1:4 reopened, 2:2");
    }

    [Fact]
    public void SynAfterOneFin_SentAgainWithoutAnyAnswer_BeginsTheNext()
    {
        Establish();
        FromClient(Frame.Fin(101, 901));
        FromClient(Frame.Syn(5000));
        FromClient(Frame.Syn(5000));
        Incarnations().ShouldBe("1:5 reopened, 2:1");
    }

    [Fact]
    public void SynAckOfAConnectionWhoseSynWasMissed_BeginsTheNext()
    {
        Establish();
        Close();
        FromServer(Frame.SynAck(70, 5001));
        FromClient(Frame.Ack(5001, 71));
        Incarnations().ShouldBe("1:6 reopened, 2:2");
        _tracker.Connections[1].Tuple.Local.ShouldBe(Client);
    }

    [Fact]
    public void TheOtherSideOpensNext_IsLocalThen()
    {
        Establish();
        Close();
        FromServer(Frame.Syn(70));
        FromClient(Frame.SynAck(5000, 71));
        Incarnations().ShouldBe("1:6 reopened, 2:2");
        _tracker.Connections[1].Tuple.ShouldBe(new FourTuple(Server, Client));
        _tracker.Connections[1].Segments.Select(item => item.From).ShouldBe([Side.Local, Side.Remote]);
    }

    [Fact]
    public void SimultaneousOpen_IsOne()
    {
        FromClient(Frame.Syn(100));
        FromServer(Frame.Syn(900));
        FromServer(Frame.SynAck(900, 101));
        FromClient(Frame.SynAck(100, 901));
        FromClient(Frame.Ack(101, 901));
        Incarnations().ShouldBe("1:5");
    }

    [Fact]
    public void SynAckCapturedBeforeItsSyn_IsOneFromTheClient()
    {
        FromServer(Frame.SynAck(900, 101));
        FromClient(Frame.Syn(100));
        FromClient(Frame.Ack(101, 901));
        Incarnations().ShouldBe("1:3");
        _tracker.Connections[0].Tuple.Local.ShouldBe(Client);
    }

    [Fact]
    public void SynAckCapturedAfterItsAck_IsOfTheSameConnection()
    {
        FromClient(Frame.Syn(100));
        FromClient(Frame.Ack(101, 901));
        FromServer(Frame.SynAck(900, 101));
        Close();
        FromServer(Frame.SynAck(900, 101));
        Incarnations().ShouldBe("1:7");
    }

    [Fact]
    public void MidStream_TheFirstSenderIsLocal()
    {
        FromServer(Frame.Ack(900, 100, 5));
        FromClient(Frame.Ack(100, 905));
        _tracker.Connections.ShouldHaveSingleItem().Tuple.ShouldBe(new FourTuple(Server, Client));
    }

    [Fact]
    public void MidStream_ThenClosedAndReopened_IsTwo()
    {
        FromServer(Frame.Fin(900, 100));
        FromClient(Frame.Fin(100, 901));
        FromClient(Frame.Syn(100));
        Incarnations().ShouldBe("1:2 reopened, 2:1");
    }

    [Fact]
    public void ServerPort_DecidesWhoIsLocal()
    {
        var tracker = new ConnectionTracker(LocalSide.ByServerPort(80));
        var packet = new TcpPacket(new FourTuple(Server, Client), Frame.Ack(900, 100), 0, null, 40);
        tracker.Observe(default, packet).Tuple.Local.ShouldBe(Client);
        tracker.Observe(default, packet).PacketsFromRemote.ShouldBe(2);
        tracker.Observe(default, packet with { Tuple = new FourTuple(Client, Client) }).Tuple.Local.ShouldBe(Client);
    }

    [Fact]
    public void Segments_AreKeptOnlyAsManyAsAsked()
    {
        var tracker = new ConnectionTracker(keepSegments: 2);
        var none = new ConnectionTracker();
        for (var i = 0; i < 5; i++)
        {
            var packet = new TcpPacket(new FourTuple(Client, Server), Frame.Ack(100, 900), 0, null, 40);
            tracker.Observe(default, packet);
            none.Observe(default, packet);
        }

        tracker.Connections[0].Segments.Count.ShouldBe(2);
        none.Connections[0].Segments.ShouldBeEmpty();
    }

    [Fact]
    public void TakenConnections_AreForgotten()
    {
        Establish();
        Close();
        FromClient(Frame.Syn(5000));
        _tracker.Take(connection => connection.WasReopened).ShouldHaveSingleItem().Incarnation.ShouldBe(1);
        FromServer(Frame.SynAck(70, 5001));
        Incarnations().ShouldBe("2:2");
        _tracker.Take(_ => true).Count.ShouldBe(1);
        FromClient(Frame.Ack(5001, 71));
        Incarnations().ShouldBe("1:1");
    }

    [Fact]
    public void Judge_IsFedInOrder()
    {
        Establish();
        Close();
        FromClient(Frame.Syn(5000));
        var ending = _tracker.Connections[0].Ending();
        ending.Vantage.ShouldBe(Vantage.Packets);
    }

    private void Establish()
    {
        FromClient(Frame.Syn(100));
        FromServer(Frame.SynAck(900, 101));
        FromClient(Frame.Ack(101, 901));
    }

    private void Close()
    {
        FromClient(Frame.Fin(111, 931));
        FromServer(Frame.Fin(931, 112));
        FromClient(Frame.Ack(112, 932));
    }

    private void FromClient(Segment segment) => Observe(new FourTuple(Client, Server), segment);

    private void FromServer(Segment segment) => Observe(new FourTuple(Server, Client), segment);

    private void Observe(FourTuple tuple, Segment segment) =>
        _tracker.Observe(TimeSpan.FromSeconds(++_clock), new TcpPacket(tuple, segment, 0, null, 40 + segment.Length));

    private string Incarnations() => string.Join(", ", _tracker.Connections.Select(connection =>
        $"{connection.Incarnation}:{connection.Packets}{(connection.WasReopened ? " reopened" : "")}"));
}
