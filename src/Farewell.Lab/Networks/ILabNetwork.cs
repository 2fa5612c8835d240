using System.Net;

namespace Farewell.Lab.Networks;

/// <summary>Where the lab's connections run: a client's host and a server's host.</summary>
public interface ILabNetwork : IDisposable
{
    /// <summary>What it is, for people: <c>private namespaces</c> or <c>loopback</c>.</summary>
    string Description { get; }

    /// <summary>Why it is not a private network; null when it is one.</summary>
    string? Refusal { get; }

    /// <summary>The address that clients connect from.</summary>
    IPAddress ClientAddress { get; }

    /// <summary>The address that servers listen on.</summary>
    IPAddress ServerAddress { get; }

    /// <summary>The interface on which the client's host sends and receives.</summary>
    string ClientInterface { get; }

    /// <summary>The interface on which the server's host sends and receives.</summary>
    string ServerInterface { get; }

    /// <summary>Whether the client and the server are hosts of their own, each with its own connection table and interface.</summary>
    bool IsPrivate { get; }

    /// <summary>Runs something on the client's host, such as making a socket or starting a process.</summary>
    T OnClient<T>(Func<T> action);

    /// <summary>Runs something on the server's host, such as making a listener or starting a process.</summary>
    T OnServer<T>(Func<T> action);
}
