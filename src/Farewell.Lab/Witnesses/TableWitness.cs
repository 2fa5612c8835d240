using System.Diagnostics;
using Farewell.Lab.Networks;
using Farewell.Observation;
using Farewell.Tcp;

namespace Farewell.Lab.Witnesses;

/// <summary>The kernel's connection tables of both hosts, once every connection to the server's port has settled.</summary>
internal sealed class TableWitness : IDisposable
{
    private static readonly TimeSpan SettlingLimit = TimeSpan.FromSeconds(15);

    private readonly IConnectionTable _client;
    private readonly IConnectionTable _server;
    private readonly ushort _port;
    private readonly Dictionary<FourTuple, TcpState> _clientRows = [];
    private readonly Dictionary<FourTuple, TcpState> _serverRows = [];
    private readonly HashSet<FourTuple> _before;

    public TableWitness(ILabNetwork network, ushort port)
    {
        _client = network.OnClient(ConnectionTable.Open);
        _server = network.OnServer(ConnectionTable.Open);
        _port = port;
        Look();
        _before = [.. All];
    }

    /// <summary>Looks until nothing is on the way from one state to another, for at most 15 s; false when the time was up first.</summary>
    public async Task<bool> SettleAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Look();
            if (_clientRows.Values.All(IsSettled) && _serverRows.Values.All(IsSettled))
            {
                return true;
            }

            if (Stopwatch.GetElapsedTime(started) > SettlingLimit)
            {
                return false;
            }

            await Task.Delay(5, cancellation);
        }
    }

    /// <summary>The state of a connection on the client's host; CLOSED when there is none.</summary>
    public TcpState OnClient(FourTuple tuple) => _clientRows.GetValueOrDefault(tuple, TcpState.Closed);

    /// <summary>The state of a connection on the server's host; CLOSED when there is none.</summary>
    public TcpState OnServer(FourTuple tuple) => _serverRows.GetValueOrDefault(tuple.Swap(), TcpState.Closed);

    /// <summary>
    /// All tuples that either table shows, client first, but for those of the beginning: the kernel may choose a port again while
    /// TIME-WAITs of an earlier listener on it still stand.
    /// </summary>
    public IEnumerable<FourTuple> Tuples => All.Except(_before);

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private IEnumerable<FourTuple> All => _clientRows.Keys.Union(_serverRows.Keys.Select(t => t.Swap()));

    private static bool IsSettled(TcpState state) => state is TcpState.TimeWait or TcpState.Closed;

    private void Look()
    {
        const TcpStates Wanted = TcpStates.All & ~TcpStates.Listen;
        Fill(_clientRows, _client, new ConnectionFilter(Wanted, RemotePort: _port));
        Fill(_serverRows, _server, new ConnectionFilter(Wanted, LocalPort: _port));
    }

    private static void Fill(Dictionary<FourTuple, TcpState> rows, IConnectionTable table, ConnectionFilter filter)
    {
        rows.Clear();
        foreach (var row in table.ToList(filter))
        {
            rows[new FourTuple(row.Tuple.Local.Unmap(), row.Tuple.Remote.Unmap())] = row.State;
        }
    }
}
