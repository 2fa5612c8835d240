using System.Net.Sockets;
using System.Runtime.Versioning;
using Farewell.Sockets;
using Farewell.Timing;

namespace Farewell.Engine;

/// <summary>Loops that deal connections out among themselves, and the clock of their patience.</summary>
[SupportedOSPlatform("linux")]
internal sealed class EventLoops : IDisposable
{
    private readonly EventLoop[] _loops;
    private readonly DeadlineWheel _wheel;
    private uint _next;

    /// <param name="name">What the threads are called, before their number.</param>
    /// <param name="count">How many loops; 0 for one for each processor.</param>
    /// <param name="wheel">Wakes connections.</param>
    /// <exception cref="IOException">The kernel refuses the descriptors.</exception>
    public EventLoops(string name, int count, DeadlineWheel wheel)
    {
        _wheel = wheel;
        _loops = new EventLoop[count > 0 ? count : Environment.ProcessorCount];
        try
        {
            for (var i = 0; i < _loops.Length; i++)
            {
                _loops[i] = new EventLoop($"{name} {i}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The loop whose turn it is.</summary>
    public EventLoop Next() => _loops[(Interlocked.Increment(ref _next) - 1) % (uint)_loops.Length];

    /// <summary>A connection, on the loop whose turn it is.</summary>
    /// <param name="descriptor">Connected, and not blocking.</param>
    /// <param name="remote">The peer's address.</param>
    /// <param name="patience">The patience of an orderly end; the default's when null.</param>
    public LoopTransport Take(int descriptor, Tcp.Endpoint remote, DrainLimit? patience = null) => new(Next(), descriptor, remote, _wheel) { Patience = patience ?? DrainLimit.Default };

    /// <summary>Takes a connected socket over from .NET.</summary>
    /// <inheritdoc cref="TakeOver.From"/>
    public LoopTransport Take(Socket socket, DrainLimit? patience = null)
    {
        var (descriptor, remote) = TakeOver.From(socket);
        return Take(descriptor, remote, patience);
    }

    public void Dispose()
    {
        foreach (var loop in _loops)
        {
            loop?.Dispose();
        }
    }
}
