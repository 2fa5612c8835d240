using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Farewell.Lab.Strategies;
using Farewell.Tcp;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Running;

/// <summary>One connection of a strategy: both sockets as far as the lab holds them, and what they testify.</summary>
public sealed class LabConnection
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _steps = new();
    private readonly List<CloseEvent> _testimony = [];
    private readonly TimeProvider _time;
    private readonly long _origin;

    internal LabConnection(TimeProvider time, CancellationToken cancellation)
    {
        (_time, _origin, Cancellation) = (time, time.GetTimestamp(), cancellation);
    }

    /// <summary>Ends everything that waits when the run is given up.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The four-tuple, client first; null until a socket of it is known.</summary>
    public FourTuple? Tuple { get; internal set; }

    /// <summary>The client's socket; null where something else holds it, such as HttpClient.</summary>
    public LabSocket? Client { get; private set; }

    /// <summary>The server's socket; null where something else holds it, such as Kestrel.</summary>
    public LabSocket? Server { get; private set; }

    /// <summary>What Farewell's session reported on the client's side, local being the client; null where none ran there.</summary>
    public Ending? ClientReport { get; private set; }

    /// <summary>What Farewell's session reported on the server's side, local being the client; null where none ran there.</summary>
    public Ending? ServerReport { get; private set; }

    /// <summary>Octets written by an application whose socket the lab does not hold.</summary>
    public long SentElsewhere { get; set; }

    /// <summary>Takes a connected socket for the client's side.</summary>
    public LabSocket AttachClient(Socket socket) => AttachClient(socket, (IPEndPoint?)socket?.RemoteEndPoint);

    /// <summary>Takes a socket for the client's side that is bound and about to connect to a server.</summary>
    public LabSocket AttachClient(Socket socket, IPEndPoint? server)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Client = new LabSocket(this, EndingSide.Client, socket);
        Tuple ??= NameOf(socket, server);
        return Client;
    }

    /// <summary>Takes an accepted socket for the server's side.</summary>
    public LabSocket AttachServer(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Server = new LabSocket(this, EndingSide.Server, socket);
        Tuple ??= NameOf(socket, (IPEndPoint?)socket.RemoteEndPoint)?.Swap();
        return Server;
    }

    /// <summary>Notes a session's report: the library's testimony, and what its side saw of the other's ending.</summary>
    public void Report(EndingSide side, Ending ending)
    {
        ArgumentNullException.ThrowIfNull(ending);
        if (side == EndingSide.Client)
        {
            ClientReport = ending;
        }
        else
        {
            ServerReport = ending.Swap(); // both sides may report at once: neither may touch the other's
        }
    }

    /// <summary>What a side saw of the other's ending, by its socket or by its session's report.</summary>
    public PeerSaw SawOf(EndingSide side)
    {
        var (socket, report, own) = side == EndingSide.Client ? (Client, ClientReport, Side.Local) : (Server, ServerReport, Side.Remote);
        return socket is { Saw: not PeerSaw.Unknown } ? socket.Saw
            : report is null ? PeerSaw.Unknown
            : report.Evidence.Any(e => e.By == own && e.Kind == CloseEventKind.ResetSeen) ? PeerSaw.Reset
            : report.Evidence.Any(e => e.By == own && e.Kind == CloseEventKind.EndOfStream) ? PeerSaw.EndOfStream
            : PeerSaw.Unknown;
    }

    internal TaskCompletionSource Step(string name) =>
        _steps.GetOrAdd(name, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    internal void Testify(EndingSide side, CloseEventKind kind)
    {
        lock (_testimony)
        {
            _testimony.Add(new CloseEvent(_time.GetElapsedTime(_origin), side == EndingSide.Client ? Side.Local : Side.Remote, kind));
        }
    }

    /// <summary>What the socket of one side reported, in order.</summary>
    internal CloseEvent[] TestimonyOf(EndingSide side)
    {
        lock (_testimony)
        {
            return [.. _testimony.Where(e => e.By == (side == EndingSide.Client ? Side.Local : Side.Remote))];
        }
    }

    private static FourTuple? NameOf(Socket socket, IPEndPoint? remote) =>
        socket.LocalEndPoint is IPEndPoint local && remote is not null
            ? new FourTuple(Endpoint.From(local).Unmap(), Endpoint.From(remote).Unmap())
            : null;
}
