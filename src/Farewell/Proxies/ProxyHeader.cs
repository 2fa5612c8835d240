using Farewell.Tcp;

namespace Farewell.Proxies;

/// <summary>What a proxy said of the connection that it forwards.</summary>
/// <param name="Version">1 or 2.</param>
/// <param name="IsLocal">The proxy speaks for itself (LOCAL), as in a health check: there is no client behind it.</param>
/// <param name="Tuple">
/// The forwarded connection as the proxy's listener has it: <see cref="FourTuple.Local"/> the address that was dialled, <see cref="FourTuple.Remote"/> the
/// client. Null when the proxy did not say (LOCAL, UNKNOWN, UNSPEC, or no TCP): the connection's own addresses count then.
/// </param>
public readonly record struct ProxyHeader(int Version, bool IsLocal, FourTuple? Tuple);
