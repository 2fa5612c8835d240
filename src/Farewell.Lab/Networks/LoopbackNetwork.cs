using System.Net;

namespace Farewell.Lab.Networks;

/// <summary>The machine's own loopback interface: client and server share one host, and its settings are left alone.</summary>
/// <param name="refusal">Why there is no private network, for people.</param>
public sealed class LoopbackNetwork(string refusal) : ILabNetwork
{
    /// <inheritdoc/>
    public string Description => "loopback";

    /// <inheritdoc/>
    public string? Refusal { get; } = refusal;

    /// <inheritdoc/>
    public IPAddress ClientAddress => IPAddress.Loopback;

    /// <inheritdoc/>
    public IPAddress ServerAddress => IPAddress.Loopback;

    /// <inheritdoc/>
    public string ClientInterface => "lo";

    /// <inheritdoc/>
    public string ServerInterface => "lo";

    /// <inheritdoc/>
    public bool IsPrivate => false;

    /// <inheritdoc/>
    public T OnClient<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action();
    }

    /// <inheritdoc/>
    public T OnServer<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
