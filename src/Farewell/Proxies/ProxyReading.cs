namespace Farewell.Proxies;

/// <summary>What the first octets of a connection amount to.</summary>
/// <param name="Header">The header, once it is whole and right.</param>
/// <param name="Consumed">Its length in octets; 0 while it is not whole, or wrong.</param>
/// <param name="Error">What is wrong with it; more octets cannot mend it.</param>
public readonly record struct ProxyReading(ProxyHeader Header, int Consumed, ProxyError Error)
{
    /// <summary>Whether more octets are needed to tell.</summary>
    public bool IsIncomplete => Consumed == 0 && Error == ProxyError.None;
}
