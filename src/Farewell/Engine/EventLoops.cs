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
    private uint _next;

    /// <param name="name">What the threads are called, before their number.</param>
    /// <param name="count">How many loops; 0 for one for each processor.</param>
    /// <param name="wheel">Wakes connections.</param>
    /// <param name="patience">The patience of their orderly ends; the default's when null.</param>
    /// <exception cref="IOException">The kernel refuses the descriptors.</exception>
    public EventLoops(string name, int count, DeadlineWheel wheel, DrainLimit? patience = null)
    {
        _loops = new EventLoop[count > 0 ? count : Environment.ProcessorCount];
        try
        {
            for (var i = 0; i < _loops.Length; i++)
            {
                _loops[i] = new EventLoop($"{name} {i}", wheel, patience ?? DrainLimit.Default);
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
    public LoopTransport Take(int descriptor, Tcp.Endpoint remote) => new(Next(), descriptor, remote);

    /// <summary>Takes a connected socket over from .NET.</summary>
    /// <inheritdoc cref="TakeOver.From"/>
    public LoopTransport Take(Socket socket)
    {
        var (descriptor, remote) = TakeOver.From(socket);
        return Take(descriptor, remote);
    }

    public void Dispose()
    {
        foreach (var loop in _loops)
        {
            loop?.Dispose();
        }
    }
}
