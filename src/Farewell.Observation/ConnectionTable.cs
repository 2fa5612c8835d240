using Farewell.Observation.Linux;
using Farewell.Observation.Portable;

namespace Farewell.Observation;

/// <summary>Opens this machine's connection table.</summary>
public static class ConnectionTable
{
    /// <summary>
    /// Opens the best table that this machine offers: <c>sock_diag</c> on Linux (no privilege needed), else what .NET offers everywhere.
    /// </summary>
    /// <remarks>
    /// On Linux the table is that of the network namespace in which the calling thread is now, and stays so whichever thread reads it
    /// later. The fallback always shows the namespace of the process's main thread.
    /// </remarks>
    public static IConnectionTable Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return new Windows.ExtendedTcpTable();
        }

        if (!OperatingSystem.IsLinux())
        {
            return new SystemConnectionTable("This platform has no sock_diag.");
        }

        try
        {
            return new NetlinkConnectionTable();
        }
        catch (ObservationException refused) when (refused.Failure is ObservationFailure.Unsupported or ObservationFailure.NotPermitted)
        {
            return new SystemConnectionTable(refused.Message);
        }
    }

    /// <summary>
    /// All connections that the filter admits; read a second time if the kernel says that the table changed under the first.
    /// </summary>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    public static IReadOnlyList<Connection> ToList(this IConnectionTable table, ConnectionFilter filter)
    {
        ArgumentNullException.ThrowIfNull(table);
        var rows = new List<Connection>();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            rows.Clear();
            var reading = table.Read(filter, (in connection) =>
            {
                rows.Add(connection);
                return true;
            });
            if (!reading.Interrupted)
            {
                break;
            }
        }

        return rows;
    }

    /// <summary>How many connections the filter admits. Allocates nothing on Linux.</summary>
    /// <exception cref="ObservationException">The kernel refused, or its answer made no sense.</exception>
    public static int Count(this IConnectionTable table, ConnectionFilter filter)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Read(filter, static (in _) => true).Rows;
    }
}
