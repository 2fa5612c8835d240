namespace Farewell.Lab.Strategies;

/// <summary>Whose code ends the connection.</summary>
public enum StrategyGroup
{
    /// <summary>The endings to copy, from samples/Endings.</summary>
    Gallery,

    /// <summary>Farewell's own sessions.</summary>
    Session,

    /// <summary><see cref="System.Net.Sockets.Socket"/>.</summary>
    Socket,

    /// <summary>The kernel, when a process or its listener goes away or a time limit passes.</summary>
    Kernel,

    /// <summary><see cref="System.Net.Sockets.TcpClient"/> and <see cref="System.Net.Sockets.NetworkStream"/>.</summary>
    TcpClient,

    /// <summary><see cref="System.Net.Security.SslStream"/>.</summary>
    SslStream,

    /// <summary><see cref="System.Net.WebSockets.WebSocket"/> on a socket of one's own.</summary>
    WebSocket,

    /// <summary>A Kestrel connection handler.</summary>
    KestrelConnection,

    /// <summary>Kestrel's HTTP server.</summary>
    KestrelHttp,

    /// <summary><see cref="System.Net.Http.HttpClient"/>.</summary>
    HttpClient,
}
