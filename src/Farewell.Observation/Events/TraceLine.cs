using System.Globalization;
using System.Net;
using Farewell.Observation.Owners;
using Farewell.Tcp;

namespace Farewell.Observation.Events;

/// <summary>One event of the kernel's tracepoints.</summary>
/// <param name="Task">The program that ran when it happened; in an interrupt that is any program, often the peer's.</param>
/// <param name="ProcessId">Its id.</param>
/// <param name="Tuple">The connection.</param>
/// <param name="From">The state before; null for a reset.</param>
/// <param name="To">The state after; null for a reset.</param>
/// <param name="ResetReason">Why the kernel sent a reset, in its words (<c>SK_RST_REASON_*</c>); null for a change of state.</param>
public sealed record TraceEvent(string Task, int ProcessId, FourTuple Tuple, TcpState? From, TcpState? To, string? ResetReason)
{
    /// <summary>Whether it shows this side closing first: ESTABLISHED to FIN-WAIT-1, in the closer's own process.</summary>
    public bool ClosesFirst => From == TcpState.Established && To == TcpState.FinWait1;
}

/// <summary>Parses lines of <c>trace_pipe</c>. No text throws.</summary>
public static class TraceLine
{
    /// <summary>The event of a line; null when it is none that is wanted here.</summary>
    public static TraceEvent? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.IndexOf(": inet_sock_set_state: ", StringComparison.Ordinal) is > 0 and var state)
        {
            return StateChange(line, state);
        }

        return line.IndexOf(": tcp_send_reset: ", StringComparison.Ordinal) is > 0 and var reset ? Reset(line, reset) : null;
    }

    private static TraceEvent? StateChange(string line, int at)
    {
        var ipv6 = line.Contains(" family=AF_INET6 ", StringComparison.Ordinal);
        return Address(Value(line, at, ipv6 ? " saddrv6=" : " saddr="), Value(line, at, " sport=")) is { } local
            && Address(Value(line, at, ipv6 ? " daddrv6=" : " daddr="), Value(line, at, " dport=")) is { } remote
            && StateOf(Value(line, at, " oldstate=")) is { } from && StateOf(Value(line, at, " newstate=")) is { } to
            ? new(TaskOf(line, out var process), process, new(local, remote), from, to, null)
            : null;
    }

    private static TraceEvent? Reset(string line, int at) =>
        IPEndPoint.TryParse(Value(line, at, " src="), out var source) && IPEndPoint.TryParse(Value(line, at, " dest="), out var destination)
            ? new(TaskOf(line, out var process), process, new(Endpoint.From(source), Endpoint.From(destination)), null, null,
                Value(line, at, " reason=") is { Length: > 0 } reason ? reason : "not told")
            : null;

    private static string Value(string line, int from, string name)
    {
        var at = line.IndexOf(name, from, StringComparison.Ordinal);
        if (at < 0)
        {
            return "";
        }

        at += name.Length;
        var end = line.IndexOf(' ', at);
        return end < 0 ? line[at..].TrimEnd() : line[at..end];
    }

    private static Endpoint? Address(string address, string port) =>
        IPAddress.TryParse(address, out var parsed) && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Endpoint.From(new(parsed, number))
            : null;

    // "   curl-1234    [001] ..s1. 12.3: ...": the name may hold blanks and dashes.
    private static string TaskOf(string line, out int process)
    {
        process = 0;
        var bracket = line.IndexOf('[', StringComparison.Ordinal);
        var head = bracket < 0 ? "" : line[..bracket].Trim();
        var dash = head.LastIndexOf('-');
        _ = dash >= 0 && int.TryParse(head.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out process);
        return Printable.Of(dash < 0 ? head : head[..dash]);
    }

    private static TcpState? StateOf(string name) => name switch
    {
        "TCP_ESTABLISHED" => TcpState.Established,
        "TCP_SYN_SENT" => TcpState.SynSent,
        "TCP_SYN_RECV" or "TCP_NEW_SYN_RECV" => TcpState.SynReceived,
        "TCP_FIN_WAIT1" => TcpState.FinWait1,
        "TCP_FIN_WAIT2" => TcpState.FinWait2,
        "TCP_TIME_WAIT" => TcpState.TimeWait,
        "TCP_CLOSE" => TcpState.Closed,
        "TCP_CLOSE_WAIT" => TcpState.CloseWait,
        "TCP_LAST_ACK" => TcpState.LastAck,
        "TCP_LISTEN" => TcpState.Listen,
        "TCP_CLOSING" => TcpState.Closing,
        _ => null,
    };
}
