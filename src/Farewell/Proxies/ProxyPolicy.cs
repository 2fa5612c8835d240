namespace Farewell;

/// <summary>Whether connections begin with a PROXY protocol header.</summary>
public enum ProxyPolicy : byte
{
    /// <summary>They do not; one that comes is a foreign octet.</summary>
    None,

    /// <summary>They do, every one: the listener is reached by proxies only, since anyone can write a header. The session's remote address is the one in the header, or the proxy's where it names none.</summary>
    Required,
}
