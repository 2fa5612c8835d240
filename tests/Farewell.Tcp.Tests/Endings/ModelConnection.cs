using Farewell.Tcp.Endings;

namespace Farewell.Tcp.Tests.Endings;

/// <summary>Something that the model's world may do next.</summary>
internal enum ModelStep
{
    DeliverToLocal,
    DeliverToRemote,
    LocalSends,
    RemoteSends,
    LocalCloses,
    RemoteCloses,
    LocalAborts,
    RemoteAborts,
    LocalClosesUnheld,
    RemoteClosesUnheld,
    LocalVanishes,
    RemoteVanishes,
    DuplicateToLocal,
    DuplicateToRemote,
}

/// <summary>
/// Two endpoints and two channels that keep order, lose nothing and may repeat old segments: enough TCP to know the truth that the judge
/// has to find from the segments of one vantage.
/// </summary>
internal sealed class ModelConnection
{
    private readonly ModelEndpoint _local = new(1000);
    private readonly ModelEndpoint _remote = new(0xffff_fffa);
    private readonly Queue<Segment> _toLocal = new();
    private readonly Queue<Segment> _toRemote = new();
    private readonly List<Segment> _sentByLocal = [];
    private readonly List<Segment> _sentByRemote = [];
    private int _time;

    private ModelConnection()
    {
    }

    public List<CloseEvent> LocalVantage { get; } = [];

    public List<CloseEvent> RemoteVantage { get; } = [];

    /// <summary>Plays a handshake and the steps; then delivers what is under way.</summary>
    public static ModelConnection Play(IEnumerable<ModelStep> steps)
    {
        var connection = new ModelConnection();
        connection.SendLocal([connection._local.Syn()]);
        connection.SendRemote([connection._remote.SynAck(connection._toRemote.Peek())]);
        connection.Tap(Side.Local, connection._toRemote.Dequeue(), connection.RemoteVantage, first: true);
        connection._local.TakeSynAck(connection._toLocal.Peek());
        connection.Tap(Side.Remote, connection._toLocal.Dequeue(), connection.LocalVantage);
        connection.SendLocal([connection._local.Ack()]);
        foreach (var step in steps)
        {
            connection.Do(step);
        }

        while (connection._toLocal.Count + connection._toRemote.Count > 0)
        {
            connection.Do(ModelStep.DeliverToLocal);
            connection.Do(ModelStep.DeliverToRemote);
        }

        return connection;
    }

    /// <summary>What really happened; fields that no vantage could be expected to know are left unknown.</summary>
    public Ending Truth()
    {
        var someReset = _local.SentReset || _remote.SentReset;
        var orderly = _local.AcceptedFin && _remote.AcceptedFin;
        return new Ending
        {
            Vantage = Vantage.Simulator,
            ClosedFirst = (_local.FinFirst, _remote.FinFirst) switch
            {
                // A FIN that crossed with an abort: no order between them is the true one.
                _ when (_local.FinFirst && !_remote.AcceptedFin) || (_remote.FinFirst && !_local.AcceptedFin) => ClosedFirst.Unknown,
                (true, true) => ClosedFirst.Both,
                (true, false) => ClosedFirst.Local,
                (false, true) => ClosedFirst.Remote,
                _ => ClosedFirst.None,
            },
            How = orderly ? How.Orderly : someReset ? How.Reset : How.Open,
            TimeWait = new TimeWait((_local.EnteredTimeWait, _remote.EnteredTimeWait) switch
            {
                (true, true) => TimeWaitHolder.Both,
                (true, false) => TimeWaitHolder.Local,
                (false, true) => TimeWaitHolder.Remote,
                _ => TimeWaitHolder.None,
            }),
        };
    }

    private void Do(ModelStep step)
    {
        _time++;
        switch (step)
        {
            case ModelStep.DeliverToLocal when _toLocal.TryDequeue(out var segment):
                Tap(Side.Remote, segment, LocalVantage);
                SendLocal(_local.Take(segment));
                break;
            case ModelStep.DeliverToRemote when _toRemote.TryDequeue(out var segment):
                Tap(Side.Local, segment, RemoteVantage);
                SendRemote(_remote.Take(segment));
                break;
            case ModelStep.LocalSends:
                SendLocal(_local.Send(7));
                break;
            case ModelStep.RemoteSends:
                SendRemote(_remote.Send(5));
                break;
            case ModelStep.LocalCloses or ModelStep.LocalClosesUnheld:
                SendLocal(_local.Close(step == ModelStep.LocalClosesUnheld));
                break;
            case ModelStep.RemoteCloses or ModelStep.RemoteClosesUnheld:
                SendRemote(_remote.Close(step == ModelStep.RemoteClosesUnheld));
                break;
            case ModelStep.LocalAborts:
                SendLocal(_local.Abort());
                break;
            case ModelStep.RemoteAborts:
                SendRemote(_remote.Abort());
                break;
            case ModelStep.LocalVanishes:
                _local.Vanish();
                break;
            case ModelStep.RemoteVanishes:
                _remote.Vanish();
                break;
            case ModelStep.DuplicateToLocal when _sentByRemote.Count > 0:
                _toLocal.Enqueue(_sentByRemote[_time % _sentByRemote.Count]);
                break;
            case ModelStep.DuplicateToRemote when _sentByLocal.Count > 0:
                _toRemote.Enqueue(_sentByLocal[_time % _sentByLocal.Count]);
                break;
        }
    }

    private void SendLocal(IEnumerable<Segment> segments) => Send(segments, Side.Local, _toRemote, _sentByLocal, LocalVantage);

    private void SendRemote(IEnumerable<Segment> segments) => Send(segments, Side.Remote, _toLocal, _sentByRemote, RemoteVantage);

    private void Send(IEnumerable<Segment> segments, Side by, Queue<Segment> channel, List<Segment> sent, List<CloseEvent> vantage)
    {
        foreach (var segment in segments)
        {
            channel.Enqueue(segment);
            if (!segment.IsReset)
            {
                sent.Add(segment);
            }

            Tap(by, segment, vantage);
        }
    }

    private void Tap(Side by, Segment segment, List<CloseEvent> vantage, bool first = false)
    {
        var item = CloseEvent.Of(TimeSpan.FromMilliseconds(_time), by, segment);
        vantage.Insert(first ? 0 : vantage.Count, item);
    }
}
