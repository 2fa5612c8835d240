using System.Net;
using Farewell.Departures;

namespace Farewell.Carriers;

/// <summary>
/// One connection as a carrier has it: octets in and out, and an end. It calls its <see cref="Driver"/>, and is called by it under the driver's lock, so
/// nothing here waits.
/// </summary>
internal abstract class Transport
{
    /// <summary>Who is told what comes; set before <see cref="Start"/>.</summary>
    public Driver Driver { get; set; } = null!;

    /// <summary>The own address; null if the connection has none.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The peer's address; null if the connection has none.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>Why the transport gave the connection up, after <see cref="Loss.Broken"/>; null otherwise.</summary>
    public virtual Exception? Fault => null;

    /// <summary>Begins to receive.</summary>
    public abstract void Start();

    /// <summary>Receives again, after <see cref="Driver.Received"/> answered false.</summary>
    public abstract void Resume();

    /// <summary>Sends as much as goes at once.</summary>
    /// <param name="octets">What is to be sent; unchanged until all of it is taken. Not called again before that.</param>
    /// <returns>How much the kernel took. The rest follows by itself, told by <see cref="Driver.Sent"/>.</returns>
    public abstract int Send(ReadOnlyMemory<byte> octets);

    /// <summary>Ends the connection, once; <see cref="Driver.Ended"/> follows when that is done, never from within this call.</summary>
    /// <param name="how">How.</param>
    /// <param name="departure">For <see cref="TransportEnd.Depart"/>: which, not <see cref="Departure.Auto"/>.</param>
    public abstract void End(TransportEnd how, Departure departure = Departure.Fin);
}

/// <summary>How a driver ends its transport.</summary>
internal enum TransportEnd : byte
{
    /// <summary>The peer's FIN was read: close.</summary>
    Close,

    /// <summary>Leave, by the departure given. Everything has been read.</summary>
    Depart,

    /// <summary>Reset it.</summary>
    Reset,

    /// <summary>It is lost already: let go of it.</summary>
    Release,
}
