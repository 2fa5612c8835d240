using System.Globalization;
using System.Text;
using Farewell.Observation.Findings;
using Farewell.Observation.Ports;
using Farewell.Observation.Readings;
using Farewell.Tcp;

namespace Farewell.Observation.Metrics;

/// <summary>A reading in Prometheus' text format (version 0.0.4).</summary>
public static class PrometheusText
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes it.</summary>
    /// <param name="reading">What was read.</param>
    /// <param name="killedEarly">TIME-WAITs found killed before their time so far.</param>
    /// <param name="mostDestinations">How many destinations at the most, the fullest.</param>
    public static string Write(MachineReading reading, long killedEarly = 0, int mostDestinations = PortMeter.DefaultMostDestinations)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var text = new StringBuilder();
        var budgets = reading.Budgets.Take(mostDestinations).ToList();
        Family(text, "farewell_time_wait", "gauge", "TIME_WAITs there are, by who opened the connection.",
            [("opened_by=\"local\"", reading.Budgets.Sum(b => b.States[TcpState.TimeWait])), ("opened_by=\"remote\"", reading.Accepted.Sum(a => a.States[TcpState.TimeWait]))]);
        Family(text, "farewell_close_wait", "gauge", "Connections that the peer has closed and the process here has not.", [("", reading.States[TcpState.CloseWait])]);
        Family(text, "farewell_ports_used", "gauge", "Ephemeral ports taken towards a destination.", budgets.Select(b => (Labels(b), (double)b.InUse)));
        Family(text, "farewell_ports_limit", "gauge", "Ephemeral ports there are towards a destination.", budgets.Select(b => (Labels(b), (double)b.Limit)));
        Family(text, "farewell_ports_free", "gauge", "Ports that a new connection can have; where tcp_tw_reuse permits, those in TIME_WAIT too.", budgets.Select(b => (Labels(b), (double)b.Free)));
        Family(text, "farewell_ports_cliff", "gauge", "From so many ports on each connect() is slow.", budgets.Select(b => (Labels(b), (double)b.CliffAt)));
        Family(text, "farewell_ports_taken_per_second", "gauge", "Ports taken towards a destination each second.", budgets.Select(b => (Labels(b), b.PerSecond)));
        Family(text, "farewell_ports_exhaustion_seconds", "gauge", "Until no port is left at the present rate; absent when that does not happen.",
            budgets.Where(b => b.SecondsToExhaustion is not null).Select(b => (Labels(b), b.SecondsToExhaustion!.Value)));
        Family(text, "farewell_findings", "gauge", "Findings of `farewell doctor`, by id and severity.",
            Diagnosis.Of(reading).GroupBy(f => (f.Id, f.Severity)).Select(g => ($"id=\"{g.Key.Id}\",severity=\"{g.Key.Severity.ToString().ToLowerInvariant()}\"", (double)g.Count())));
        if (reading.Counters is { } counters)
        {
            Family(text, "farewell_endings_total", "counter", "Connections ended, by who closed first: local, or none (reset).",
                [("closed_first=\"local\"", (counters.TimeWaits ?? 0) + (counters.TimeWaitOverflows ?? 0)), ("closed_first=\"none\"", counters.ConnectionsReset ?? 0)]);
            Family(text, "farewell_time_wait_overflows_total", "counter", "Endings without the TIME_WAIT they should have: the limit was reached.", [("", counters.TimeWaitOverflows ?? 0)]);
            Family(text, "farewell_time_wait_reused_total", "counter", "TIME_WAITs that a new connection took over.", [("", counters.TimeWaitsReused ?? 0)]);
            Family(text, "farewell_connections_dialled_total", "counter", "Connections dialled.", [("", counters.Dialled ?? 0)]);
            Family(text, "farewell_connections_accepted_total", "counter", "Connections that came in.", [("", counters.Accepted ?? 0)]);
        }

        Family(text, "farewell_time_wait_killed_total", "counter", "TIME_WAITs gone before their time: killed by a reset or ended by their peer's next connection, as far as scrapes have seen it.", [("", killedEarly)]);
        return text.ToString();
    }

    private static void Family(StringBuilder text, string name, string type, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        var header = false;
        foreach (var (labels, value) in samples)
        {
            if (!header)
            {
                header = true;
                text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
            }

            text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(value.ToString("0.###", CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    // Addresses and ports hold nothing that would have to be escaped.
    private static string Labels(PortBudget budget) =>
        $"source=\"{budget.Source.ToIPEndPoint().Address}\",destination=\"{budget.Destination}\"";
}
