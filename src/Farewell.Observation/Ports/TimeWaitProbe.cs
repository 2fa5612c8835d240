using System.Net;
using System.Net.Sockets;

namespace Farewell.Observation.Ports;

/// <summary>Measures how long this machine keeps a TIME-WAIT, where no document can be trusted (Windows) or a kernel may be patched.</summary>
public static class TimeWaitProbe
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Ends one connection over loopback, the dialling side first, and looks at the connection table ten times a second until its TIME-WAIT is gone: exact to 0.1 s. Takes as long as a TIME-WAIT
    /// lasts: 61 s on Linux, up to 240 s on Windows.
    /// </summary>
    /// <exception cref="ObservationException">The table cannot be read, no TIME-WAIT was to be seen in it (something killed it), or it was still there after 10 minutes.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left but the TIME-WAIT itself.</exception>
    public static async Task<TimeSpan> MeasureAsync(CancellationToken cancellation = default)
    {
        using var table = ConnectionTable.Open();
        var (local, remote) = await EndOneAsync(cancellation).ConfigureAwait(false);
        var began = TimeProvider.System.GetTimestamp();
        var seen = false;
        while (true)
        {
            var isThere = table.Count(new(TcpStates.TimeWait, local, remote)) > 0;
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            switch (isThere, seen)
            {
                case (false, true):
                    return elapsed;
                case (false, false) when elapsed > TimeSpan.FromSeconds(1):
                    throw new ObservationException(ObservationFailure.Failed, "A connection that was ended here left no TIME-WAIT in the table.",
                        "Is net.ipv4.tcp_max_tw_buckets reached? farewell doctor tells.");
                case (true, _) when elapsed > Longest:
                    throw new ObservationException(ObservationFailure.Failed, $"The TIME-WAIT was still there after {Longest.TotalMinutes} minutes.");
            }

            seen |= isThere;
            await Task.Delay(Step, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<(ushort Local, ushort Remote)> EndOneAsync(CancellationToken cancellation)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var dialled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await dialled.ConnectAsync(listener.LocalEndPoint!, cancellation).ConfigureAwait(false);
        using var accepted = await listener.AcceptAsync(cancellation).ConfigureAwait(false);
        var ports = ((ushort)((IPEndPoint)dialled.LocalEndPoint!).Port, (ushort)((IPEndPoint)listener.LocalEndPoint!).Port);
        dialled.Shutdown(SocketShutdown.Send);
        await ReadEndAsync(accepted, cancellation).ConfigureAwait(false);
        accepted.Shutdown(SocketShutdown.Send);
        await ReadEndAsync(dialled, cancellation).ConfigureAwait(false);
        return ports;
    }

    private static async Task ReadEndAsync(Socket socket, CancellationToken cancellation)
    {
        var one = new byte[1];
        while (await socket.ReceiveAsync(one, cancellation).ConfigureAwait(false) > 0)
        {
        }
    }
}
