using System.Net;
using Farewell.Carriers;
using Farewell.Departures;

namespace Farewell.Engine;

/// <summary>What most connections have nothing of while they are idle: one reference holds the place of all of it. Under the lock, but for whether there is a drain.</summary>
internal sealed partial class LoopTransport
{
    private Rare? _rare;

    private Rare Made
    {
        get
        {
            if (_rare is null)
            {
                Volatile.Write(ref _rare, new Rare());
            }

            return _rare;
        }
    }

    /// <summary>The own address, asked of the kernel the first time.</summary>
    private IPEndPoint? Local => Made.Local ??= SocketAddress.LocalOf(_descriptor)?.ToIPEndPoint();

    private sealed class Rare
    {
        /// <summary>What the kernel had no room for.</summary>
        public ReadOnlyMemory<byte> Rest;

        /// <summary>What a send was told; 0 for nothing.</summary>
        public int SendError;

        public IPEndPoint? Local;
        public Exception? Fault;

        /// <summary>How it is to be ended.</summary>
        public TransportEnd How;

        public Departure Departure;

        /// <summary>Its orderly end, once that has begun.</summary>
        public LoopDrain? Drain;
    }
}
