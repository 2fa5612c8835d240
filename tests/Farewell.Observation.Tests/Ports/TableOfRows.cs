using Farewell.Tcp;

namespace Farewell.Observation.Tests.Ports;

/// <summary>A connection table that holds what a test says.</summary>
internal sealed class TableOfRows(params Connection[] rows) : IConnectionTable
{
    public string Source => "test";

    public string? Missing => null;

    public ConnectionReading Read(ConnectionFilter filter, ConnectionVisitor visitor)
    {
        var visited = 0;
        foreach (ref readonly var row in rows.AsSpan())
        {
            if (filter.Admits(row))
            {
                visited++;
                if (!visitor(row))
                {
                    break;
                }
            }
        }

        return new(visited, false);
    }

    public void Dispose()
    {
    }

    public static Connection Row(string local, string remote, TcpState state = TcpState.TimeWait, double left = 30) => new(
        new(Endpoint.From(System.Net.IPEndPoint.Parse(local)), Endpoint.From(System.Net.IPEndPoint.Parse(remote))), state,
        state == TcpState.TimeWait ? ConnectionTimer.TimeWait : ConnectionTimer.None,
        state == TcpState.TimeWait ? TimeSpan.FromSeconds(left) : null);
}
