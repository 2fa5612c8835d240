using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Linux;
using Farewell.Sockets;
using Farewell.Tcp;

namespace Farewell.Engine;

/// <summary>Dials on an event loop: nothing of a connection is .NET's.</summary>
[SupportedOSPlatform("linux")]
internal static class LoopDialer
{
    /// <summary>Dials, one after another, what a name stands for.</summary>
    /// <exception cref="SocketException">Nobody can be reached there; of several addresses, why the last cannot.</exception>
    /// <exception cref="OperationCanceledException">Given up; nothing is left behind.</exception>
    public static async ValueTask<LoopTransport> DialAsync(EndPoint server, EventLoops loops, CancellationToken cancellation)
    {
        var addresses = server switch
        {
            IPEndPoint single => [single],
            DnsEndPoint named => (await Dns.GetHostAddressesAsync(named.Host, named.AddressFamily, cancellation).ConfigureAwait(false)).Select(address => new IPEndPoint(address, named.Port)).ToArray(),
            _ => throw new ArgumentException($"{server.GetType().Name} is no address to dial: give an IPEndPoint or a DnsEndPoint.", nameof(server)),
        };
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            try
            {
                return await DialAsync(address, loops, cancellation).ConfigureAwait(false);
            }
            catch (SocketException refused)
            {
                failure = refused;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async ValueTask<LoopTransport> DialAsync(IPEndPoint address, EventLoops loops, CancellationToken cancellation)
    {
        var remote = Endpoint.From(address);
        var descriptor = Libc.Socket(remote.IsIPv6 ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (descriptor < 0)
        {
            throw Failed(Marshal.GetLastPInvokeError());
        }

        try
        {
            _ = Libc.SetSocketOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, [1], sizeof(int));
            var errno = Begin(descriptor, remote, address.Address.AddressFamily == AddressFamily.InterNetworkV6 ? (uint)address.Address.ScopeId : 0);
            if (errno == Libc.EINPROGRESS)
            {
                errno = await new Dialling(descriptor, loops.Next()).WaitAsync(cancellation).ConfigureAwait(false);
            }

            return errno == 0 ? loops.Take(descriptor, remote) : throw Failed(errno);
        }
        catch
        {
            EndSocket.Abort(descriptor);
            throw;
        }
    }

    private static int Begin(int descriptor, Endpoint remote, uint scope)
    {
        Span<byte> address = stackalloc byte[SocketAddress.Size];
        var octets = SocketAddress.Write(remote, scope, address);

        // Interrupted or not, a connect that does not block goes on by itself (connect(2)).
        return Libc.Connect(descriptor, address, octets) == 0 ? 0 : Marshal.GetLastPInvokeError() is not Libc.EINTR and var errno ? errno : Libc.EINPROGRESS;
    }

    /// <summary>A connect that finds no local port left says EADDRNOTAVAIL, or EAGAIN (connect(2)).</summary>
    private static SocketException Failed(int errno) => new((int)(errno == Libc.EAGAIN ? SocketError.AddressNotAvailable : SocketErrors.Of(errno)));

    /// <summary>A connect under way, until there is room to send, which is when it is done.</summary>
    private sealed class Dialling(int descriptor, EventLoop loop) : ILoopEntry
    {
        private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _isOver;

        /// <returns>0, or the errno of the failure. The descriptor is watched by nobody then, however it ended.</returns>
        public async Task<int> WaitAsync(CancellationToken cancellation)
        {
            loop.Post(this, LoopCall.Start);
            using (cancellation.UnsafeRegister(static state => ((Dialling)state!).GiveUp(), this))
            {
                var errno = await _done.Task.ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                return errno;
            }
        }

        public void Ready(Readiness readiness)
        {
            if (!_isOver)
            {
                Span<int> errno = [0];
                uint octets = sizeof(int);
                Finish(Libc.GetSocketOption(descriptor, Libc.SOL_SOCKET, Libc.SO_ERROR, errno, ref octets) < 0 ? Marshal.GetLastPInvokeError() : errno[0]);
            }
        }

        public void Called(LoopCall call)
        {
            if (_isOver)
            {
                return;
            }

            if (call == LoopCall.End)
            {
                Finish(0);
                return;
            }

            try
            {
                loop.Serve(descriptor, this, Readiness.Output);
            }
            catch (IOException)
            {
                Finish(SocketErrors.ENOBUFS);
            }
        }

        private void GiveUp() => loop.Post(this, LoopCall.End);

        private void Finish(int errno)
        {
            _isOver = true;
            loop.Forget(descriptor, this);
            _done.TrySetResult(errno);
        }
    }
}
