namespace Farewell.Captures;

/// <summary>
/// What a captured frame begins with, with the numbers that capture files use (https://www.tcpdump.org/linktypes.html). A file may hold any
/// other number too; <see cref="PacketParser"/> then finds no packet in it.
/// </summary>
public enum LinkType : ushort
{
    /// <summary>BSD loopback: a 4-octet address family in the byte order of the capturing machine, then IP.</summary>
    Null = 0,

    /// <summary>Ethernet II, with any number of VLAN tags; Linux's <c>lo</c> too.</summary>
    Ethernet = 1,

    /// <summary>Bare IP under the number that some systems wrote for it (<c>DLT_RAW</c>).</summary>
    RawDlt = 12,

    /// <summary>Bare IP, version 4 or 6.</summary>
    Raw = 101,

    /// <summary>OpenBSD loopback: a 4-octet address family in network order, then IP.</summary>
    Loop = 108,

    /// <summary>Linux cooked capture (<c>tcpdump -i any</c> before libpcap 1.10): a 16-octet header, then the network layer.</summary>
    LinuxCooked = 113,

    /// <summary>Bare IPv4.</summary>
    IPv4 = 228,

    /// <summary>Bare IPv6.</summary>
    IPv6 = 229,

    /// <summary>Linux cooked capture version 2: a 20-octet header, then the network layer.</summary>
    LinuxCooked2 = 276,
}
