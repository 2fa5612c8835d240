using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Carriers;
using Farewell.Engine;
using Farewell.Sockets;
using Farewell.Tcp;

namespace Farewell.Listening;

/// <summary>Where a server's connections come in: one listener, and the carrier of what it accepts.</summary>
internal abstract class Front : IDisposable
{
    /// <inheritdoc cref="Acceptor.RunAsync"/>
    public abstract Task RunAsync(Action<Accepted> accepted, CancellationToken cancellation);

    /// <inheritdoc cref="Acceptor.Resume"/>
    public abstract void Resume();

    /// <inheritdoc cref="Acceptor.IsStarved"/>
    public abstract bool IsStarved { get; }

    /// <inheritdoc cref="Acceptor.Drain"/>
    public abstract int Drain(Action<Accepted> accepted);

    /// <summary>Closes the listener. Connections go on.</summary>
    public abstract void CloseListener();

    /// <summary>Lets go of what served the connections, which are all ended; of the listener only if it was closed before.</summary>
    public abstract void Dispose();
}

/// <summary>A connection just accepted: either is made of it once.</summary>
internal readonly struct Accepted
{
    private readonly object _owner;
    private readonly TimeProvider? _clock;
    private readonly Endpoint _remote;
    private readonly int _descriptor;

    /// <summary>One that .NET accepted.</summary>
    public Accepted(Socket socket, TimeProvider clock) => (_owner, _clock) = (socket, clock);

    /// <summary>One that a loop accepted.</summary>
    [SupportedOSPlatform("linux")]
    public Accepted(int descriptor, Endpoint remote, EventLoops loops) => (_owner, _descriptor, _remote) = (loops, descriptor, remote);

    /// <summary>Whether what drives it may be started where it was accepted: it receives elsewhere.</summary>
    public bool ReceivesElsewhere => _owner is not Socket;

    public Transport Open() => _owner switch
    {
        Socket socket => new SocketTransport(socket, DrainLimit.Default, _clock!),
        EventLoops loops when OperatingSystem.IsLinux() => loops.Take(_descriptor, _remote),
        _ => throw new InvalidOperationException("Nothing was accepted."),
    };

    public void Abort()
    {
        if (_owner is Socket socket)
        {
            EndSocket.Abort(socket);
        }
        else if (OperatingSystem.IsLinux())
        {
            EndSocket.Abort(_descriptor);
        }
    }
}
