namespace Farewell.Observation.Settings;

/// <summary>
/// What a setting does to the endings of connections: on Linux as measured on 6.18 or read in its source, not as rumoured; on Windows as its makers document it, which
/// says so where they contradict themselves.
/// </summary>
/// <param name="Name">Its name for <c>sysctl</c>; on Windows the <c>netsh</c> command that shows it, or its place in the registry under <c>Services</c>.</param>
/// <param name="Default">The system's default; null when it depends on the machine.</param>
/// <param name="Meaning">What it does, and what it does not.</param>
public sealed partial record SettingMeaning(string Name, string? Default, string Meaning)
{
    /// <summary><c>net.ipv4.ip_local_port_range</c>.</summary>
    public const string PortRange = "net.ipv4.ip_local_port_range";

    /// <summary><c>net.ipv4.ip_local_reserved_ports</c>.</summary>
    public const string ReservedPorts = "net.ipv4.ip_local_reserved_ports";

    /// <summary><c>net.ipv4.tcp_tw_reuse</c>.</summary>
    public const string TimeWaitReuse = "net.ipv4.tcp_tw_reuse";

    /// <summary><c>net.ipv4.tcp_tw_reuse_delay</c>.</summary>
    public const string ReuseDelay = "net.ipv4.tcp_tw_reuse_delay";

    /// <summary><c>net.ipv4.tcp_timestamps</c>.</summary>
    public const string Timestamps = "net.ipv4.tcp_timestamps";

    /// <summary><c>net.ipv4.tcp_max_tw_buckets</c>.</summary>
    public const string MostTimeWaits = "net.ipv4.tcp_max_tw_buckets";

    /// <summary><c>net.ipv4.tcp_fin_timeout</c>.</summary>
    public const string FinTimeout = "net.ipv4.tcp_fin_timeout";

    /// <summary><c>net.ipv4.tcp_rfc1337</c>.</summary>
    public const string Rfc1337 = "net.ipv4.tcp_rfc1337";

    /// <summary><c>net.ipv4.ip_autobind_reuse</c>.</summary>
    public const string AutobindReuse = "net.ipv4.ip_autobind_reuse";

    /// <summary><c>net.netfilter.nf_conntrack_max</c>.</summary>
    public const string ConntrackMost = "net.netfilter.nf_conntrack_max";

    /// <summary><c>net.netfilter.nf_conntrack_count</c>.</summary>
    public const string ConntrackCount = "net.netfilter.nf_conntrack_count";

    /// <summary><c>net.netfilter.nf_conntrack_tcp_timeout_time_wait</c>.</summary>
    public const string ConntrackTimeWait = "net.netfilter.nf_conntrack_tcp_timeout_time_wait";

    /// <summary>Every setting of Linux that matters here.</summary>
    public static IReadOnlyList<SettingMeaning> Linux { get; } =
    [
        new(PortRange, "32768 60999",
            "The ports connect() and bind(address, 0) choose from: 28,232 by default, so 470 connections a second to one destination when this side "
            + "closes first. Half of it is the cliff: from there on each connect() costs 50 to 100 times as much."),
        new(ReservedPorts, "", "Ports of the range that are never chosen. Put the ports of listeners here before widening the range."),
        new("net.ipv4.ip_local_port_step_width", null, "Kernels after 6.18: how connect() steps through the range (RFC 6056 algorithm 5)."),
        new(AutobindReuse, "0", "1 lets bind(address, 0) with SO_REUSEADDR share ports between sockets that do; .NET sets that option on every Bind."),
        new(TimeWaitReuse, "2", "Whether a new outgoing connection may take over a TIME-WAIT: 0 no, 1 to any destination, 2 on loopback only "
            + "(127.0.0.0/8 and ::1; another address of this host does not count). Needs timestamps. Does nothing for accepted connections."),
        new(ReuseDelay, "1000", "Milliseconds a TIME-WAIT must have lasted before tcp_tw_reuse may take it (Linux 6.14 and later; 1 s before)."),
        new(Timestamps, "1", "TCP timestamps (RFC 7323). Without them tcp_tw_reuse reuses nothing, and old duplicates are told apart by sequence "
            + "number alone."),
        new(MostTimeWaits, null, "The most TIME-WAITs at once. Beyond it a connection that closes first keeps none at all: the protection is silently gone, "
            + "only TCPTimeWaitOverflow counts it. One costs 256 octets (some 500 with its bind bucket): lowering this saves next to nothing."),
        new(FinTimeout, "60", "How long FIN-WAIT-2 lasts after close() when the peer's FIN does not come. It is NOT the length of TIME-WAIT, "
            + "which is 60 s and cannot be set."),
        new(Rfc1337, "0", "1 makes a TIME-WAIT ignore resets, so that it cannot be assassinated; 0 lets a stray reset kill it. The kernel's own "
            + "documentation says it the wrong way round."),
        new("net.ipv4.tcp_max_orphans", null, "The most connections that no process holds any more and that are not yet in TIME-WAIT; beyond it they are reset."),
        new("net.ipv4.tcp_orphan_retries", "0", "How often a FIN nobody acknowledges is sent again after close(); 0 means 8."),
        new("net.ipv4.tcp_retries2", "15", "How often data is sent again before a connection is given up: 15 is some 924 s."),
        new("net.ipv4.tcp_keepalive_time", "7200", "Seconds of silence before the first keep-alive probe, only where SO_KEEPALIVE is set."),
        new("net.ipv4.tcp_abort_on_overflow", "0", "1 resets a connection that a listener has no room for, instead of letting the peer try again."),
        new("net.core.somaxconn", "4096", "The most connections a listener may leave unaccepted."),
        new(ConntrackCount, null, "Connections that connection tracking remembers now."),
        new(ConntrackMost, null, "The most connections that connection tracking remembers; new ones are dropped beyond it."),
        new(ConntrackTimeWait, "120", "Seconds that connection tracking, and a NAT built on it, keeps a connection after both FINs: its own TIME-WAIT, "
            + "twice as long as TCP's."),
        new("net.netfilter.nf_conntrack_tcp_timeout_close", "10", "The same after a reset."),
    ];

    /// <summary>Every setting that matters here, of both systems.</summary>
    public static IEnumerable<SettingMeaning> All => Linux.Concat(Windows);

    /// <summary>What a setting means; null for one not in <see cref="All"/>.</summary>
    public static SettingMeaning? Of(string name) => All.FirstOrDefault(meaning => string.Equals(meaning.Name, name, StringComparison.OrdinalIgnoreCase));
}
