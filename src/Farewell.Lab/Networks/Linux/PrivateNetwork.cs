using System.Net;
using System.Runtime.Versioning;
using Farewell.Observation.Linux;

namespace Farewell.Lab.Networks.Linux;

/// <summary>
/// Two network namespaces joined by a veth pair. The client's is the one this process was started in (<see cref="PrivateNamespace"/>),
/// so that client code needs nothing special; the server's is entered by a thread of its own, where only listeners have to be made, since
/// accepted sockets stay where their listener is. Neither has a name in the file system: both vanish with the process, however it ends.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class PrivateNetwork : ILabNetwork
{
    private const string ClientEnd = "veth-client";
    private const string ServerEnd = "veth-server";
    private const byte PrefixLength = 24;

    private readonly NetworkNamespace _client;
    private readonly NetworkNamespace _server;

    /// <summary>Builds the network around the calling process's namespace, which must be a private one.</summary>
    /// <exception cref="LabNetworkException">The kernel refused a step.</exception>
    /// <exception cref="Observation.ObservationException">A namespace could not be made or entered.</exception>
    public PrivateNetwork()
    {
        _client = NetworkNamespace.Current();
        try
        {
            _server = NetworkNamespace.Create();
        }
        catch
        {
            _client.Dispose();
            throw;
        }

        try
        {
            _client.Run(() =>
            {
                using var routes = new RouteSocket();
                routes.AddVethPair(ClientEnd, ServerEnd, (int)_server.Handle.DangerousGetHandle());
                Configure(routes, ClientEnd, ClientAddress);
            });
            _server.Run(() =>
            {
                using var routes = new RouteSocket();
                Configure(routes, ServerEnd, ServerAddress);

                // Apart from the client's, so that no client's port is ever another strategy's server port: witnesses watch by port.
                KernelSetting.Write("net.ipv4.ip_local_port_range", "61000 64999");
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Description => "two private network namespaces joined by a veth pair";

    /// <inheritdoc/>
    public string? Refusal => null;

    /// <inheritdoc/>
    public IPAddress ClientAddress { get; } = IPAddress.Parse("10.9.0.1");

    /// <inheritdoc/>
    public IPAddress ServerAddress { get; } = IPAddress.Parse("10.9.0.2");

    /// <inheritdoc/>
    public string ClientInterface => ClientEnd;

    /// <inheritdoc/>
    public string ServerInterface => ServerEnd;

    /// <inheritdoc/>
    public bool IsPrivate => true;

    /// <inheritdoc/>
    public T OnClient<T>(Func<T> action) => _client.Run(action);

    /// <inheritdoc/>
    public T OnServer<T>(Func<T> action) => _server.Run(action);

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    private static void Configure(RouteSocket routes, string name, IPAddress address)
    {
        routes.BringUp("lo");
        routes.AddAddress(name, address, PrefixLength);
        routes.BringUp(name);

        // A few per mille of TIME-WAITs are killed by stray segments of their own connection unless the kernel follows RFC 1337;
        // the lab counts endings, so it asks for that, and a strategy of its own shows the killing.
        KernelSetting.Write("net.ipv4.tcp_rfc1337", "1");
    }
}
