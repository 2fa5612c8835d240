using System.Net;
using System.Net.NetworkInformation;
using Farewell.Tcp;
using SystemState = System.Net.NetworkInformation.TcpState;
using TcpState = Farewell.Tcp.TcpState;

namespace Farewell.Observation.Portable;

/// <summary>
/// The connection table that .NET offers on every platform. Slow (some 0.3 s and 126 MB for 100,000 rows) and without timers and owners.
/// </summary>
internal sealed class SystemConnectionTable(string why) : IConnectionTable
{
    public string Source => nameof(IPGlobalProperties);

    public string Missing { get; } = $"Timers, queues, inodes, owners and cookies. {why}";

    public ConnectionReading Read(ConnectionFilter filter, ConnectionVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        try
        {
            return Visit(IPGlobalProperties.GetIPGlobalProperties(), filter, visitor);
        }
        catch (Exception failed) when (failed is NetworkInformationException or PlatformNotSupportedException)
        {
            throw new ObservationException(ObservationFailure.Unsupported, $"The system does not list its connections: {failed.Message}.",
                null, failed);
        }
    }

    public void Dispose()
    {
    }

    private static ConnectionReading Visit(IPGlobalProperties system, ConnectionFilter filter, ConnectionVisitor visitor)
    {
        var rows = 0;
        foreach (var row in Listeners(system, filter.States).Concat(Connections(system, filter.States)))
        {
            if (filter.BoundByNumber || !filter.Admits(row))
            {
                continue;
            }

            rows++;
            if (!visitor(row))
            {
                break;
            }
        }

        return new(rows, Interrupted: false);
    }

    private static IEnumerable<Connection> Listeners(IPGlobalProperties system, TcpStates states) =>
        (states & TcpStates.Listen) == 0 ? [] : system.GetActiveTcpListeners().Select(listener => new Connection(
            new(Endpoint.From(listener), Endpoint.From(new(Any(listener), 0))), TcpState.Listen));

    private static IEnumerable<Connection> Connections(IPGlobalProperties system, TcpStates states) =>
        (states & ~TcpStates.Listen) == 0 ? [] : system.GetActiveTcpConnections()
            .Where(row => row.State != SystemState.Listen)
            .Select(row => new Connection(new(Endpoint.From(row.LocalEndPoint), Endpoint.From(row.RemoteEndPoint)), StateOf(row.State)));

    private static IPAddress Any(IPEndPoint listener) => listener.Address.GetAddressBytes().Length == 4 ? IPAddress.Any : IPAddress.IPv6Any;

    private static TcpState StateOf(SystemState state) => state switch
    {
        SystemState.SynSent => TcpState.SynSent,
        SystemState.SynReceived => TcpState.SynReceived,
        SystemState.Established => TcpState.Established,
        SystemState.FinWait1 => TcpState.FinWait1,
        SystemState.FinWait2 => TcpState.FinWait2,
        SystemState.CloseWait => TcpState.CloseWait,
        SystemState.Closing => TcpState.Closing,
        SystemState.LastAck => TcpState.LastAck,
        SystemState.TimeWait => TcpState.TimeWait,
        _ => TcpState.Closed,
    };
}
