namespace Farewell.Proxies;

/// <summary>What is wrong with a PROXY protocol header.</summary>
public enum ProxyError : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The first octets are neither version's signature: TLS, HTTP, or a proxy that was not told to send a header.</summary>
    NotProxy,

    /// <summary>Version 1: no end of line within 107 octets. Version 2: longer than the limit.</summary>
    TooLong,

    /// <summary>Version 1: the words are not a protocol, two addresses and two ports, each separated by one space.</summary>
    BadLine,

    /// <summary>Version 1: an address is not of the family, or not written in the usual way.</summary>
    BadAddress,

    /// <summary>Version 1: a port is not 0 to 65535 without leading zeros.</summary>
    BadPort,

    /// <summary>Version 2: the version's digit is not 2.</summary>
    BadVersion,

    /// <summary>Version 2: the command is neither LOCAL nor PROXY.</summary>
    BadCommand,

    /// <summary>Version 2: the address family or the transport is none that is defined; the specification has the connection dropped.</summary>
    BadFamily,

    /// <summary>Version 2: the header is shorter than its addresses.</summary>
    ShortAddresses,

    /// <summary>Version 2: a TLV runs past the end of the header.</summary>
    BadTlv,

    /// <summary>Version 2: the checksum is wrong, has not four octets, or is there twice.</summary>
    BadChecksum,
}
