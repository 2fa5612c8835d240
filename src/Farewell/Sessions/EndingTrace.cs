using System.Net;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Protocol;
using Farewell.Sockets;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Sessions;

/// <summary>What a driver's own socket saw of the end of its connection, and by which departure it left.</summary>
internal sealed class EndingTrace
{
    private List<CloseEvent>? _evidence;
    private Departure? _departed;

    /// <summary>Whether nothing was noted.</summary>
    public bool IsEmpty => _evidence is null;

    /// <summary>Whether the transport has told the end.</summary>
    public bool IsEnded { get; private set; }

    public void Note(CloseEventKind kind, TimeSpan at) => (_evidence ??= []).Add(new CloseEvent(at, Side.Local, kind));

    /// <summary>Notes how the connection was lost, if the socket saw that and not the transport decided it.</summary>
    public void Note(Loss how, TimeSpan at)
    {
        if (how != Loss.Broken)
        {
            Note(how == Loss.TimedOut ? CloseEventKind.TimedOut : CloseEventKind.ResetSeen, at);
        }
    }

    /// <summary>Takes what the transport did; nothing if the peer had ended the connection before.</summary>
    public void End(SocketEnd end, TimeSpan at)
    {
        IsEnded = true;
        (_evidence ??= []).AddRange(end.Evidence(at));
    }

    public Ending Judge() => EndingJudge.Judge([.. _evidence ?? []], Vantage.Library);

    /// <summary>Ends the transport as the machine says: the peer's end is answered, the own departure taken, or the connection reset or let go of.</summary>
    public void End(Transport transport, Disposition disposition, Cause cause, SessionSettings settings)
    {
        switch (disposition)
        {
            case Disposition.Close:
                transport.End(settings.ResetAfterGoodbye && cause == Cause.Left ? TransportEnd.Reset : TransportEnd.Close);
                break;
            case Disposition.Depart:
                transport.End(TransportEnd.Depart, Choose(settings, transport));
                break;
            case Disposition.Reset:
                transport.End(TransportEnd.Reset);
                break;
            default:
                transport.End(TransportEnd.Release);
                break;
        }
    }

    private Departure Choose(SessionSettings settings, Transport transport)
    {
        if (settings.Departures is not { } chooser || TupleOf(transport) is not { } tuple)
        {
            return settings.Departure == Departure.Auto ? Departure.Fin : settings.Departure;
        }

        _departed = chooser.Choose(settings.Departure, tuple);
        return _departed.Value;
    }

    /// <summary>Tells the chooser what became of it.</summary>
    public void TellDeparture(SessionSettings settings, Transport transport, SocketEnd end)
    {
        if (_departed is { } departed && TupleOf(transport) is { } tuple)
        {
            settings.Departures!.Ended(tuple, departed, end);
        }
    }

    private static FourTuple? TupleOf(Transport transport) =>
        transport is { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote } ? new FourTuple(Endpoint.From(local), Endpoint.From(remote)) : null;
}
