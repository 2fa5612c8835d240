namespace Farewell.Captures.Live;

/// <summary>Which packets a live capture takes, and how much of each. The kernel applies it, so that what is not wanted costs
/// little.</summary>
/// <remarks>
/// Always TCP over IPv4 or IPv6, without the later fragments of a fragmented packet. A frame with a VLAN tag that the interface did not
/// strip, and an IPv6 packet with extension headers, pass unexamined: <see cref="PacketParser"/> sorts them out.
/// </remarks>
public sealed record CaptureFilter
{
    /// <summary>The most ports that one filter can name: 64. The kernel charges a program to <c>net.core.optmem_max</c>, 20 KiB before
    /// Linux 6.6.</summary>
    public const int MostPorts = 64;

    private readonly IReadOnlyList<ushort> _ports = [];
    private readonly int _snapLength = 256;

    /// <summary>All TCP.</summary>
    public static CaptureFilter Tcp { get; } = new();

    /// <summary>TCP from or to one of these ports.</summary>
    /// <exception cref="ArgumentException">There are more than <see cref="MostPorts"/>.</exception>
    public static CaptureFilter TcpPorts(params IReadOnlyList<ushort> ports) => new() { Ports = ports };

    /// <summary>The ports of which a packet must have one, as source or destination; empty means any.</summary>
    /// <exception cref="ArgumentException">There are more than <see cref="MostPorts"/>.</exception>
    public IReadOnlyList<ushort> Ports
    {
        get => _ports;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _ports = value.Count <= MostPorts
                ? [.. value]
                : throw new ArgumentException(
                    $"A filter can name {MostPorts} ports, not {value.Count}; capture all TCP instead.", nameof(value));
        }
    }

    /// <summary>Whether only segments with SYN, FIN or RST are taken: enough to say who closed first, at a fraction of the cost, but not
    /// what was acknowledged.</summary>
    public bool OnlySynFinReset { get; init; }

    /// <summary>The most octets of a frame to take: 64 to 262,144, 256 by default, which holds every header.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public int SnapLength
    {
        get => _snapLength;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 262_144);
            _snapLength = value;
        }
    }
}
