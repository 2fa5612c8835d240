using System.Net;
using Farewell.Carriers;
using Farewell.Departures;
using Farewell.Tcp;

namespace Farewell.Proxies;

/// <summary>The connection behind a header that has been read: the addresses are the header's, and what came behind it comes first.</summary>
internal sealed class ProxiedTransport(Transport inner, FourTuple? tuple, ReadOnlyMemory<byte> rest) : Transport
{
    public override EndPoint? LocalEndPoint { get; } = tuple?.Local.ToIPEndPoint() ?? inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint { get; } = tuple?.Remote.ToIPEndPoint() ?? inner.RemoteEndPoint;

    public override Exception? Fault => inner.Fault;

    /// <summary>The transport receives already, and waits.</summary>
    public override void Start()
    {
        if (rest.IsEmpty || Attached().Received(rest))
        {
            Resume();
        }
    }

    public override void Resume()
    {
        Attached();
        inner.Resume();
    }

    public override int Send(ReadOnlyMemory<byte> octets)
    {
        Attached();
        return inner.Send(octets);
    }

    public override void End(TransportEnd how, Departure departure = Departure.Fin)
    {
        Attached();
        inner.End(how, departure);
    }

    /// <summary>From the first use on, the driver of the session is told what happens, no longer the prelude.</summary>
    private Driver Attached() => inner.Driver = Driver;
}
