using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Farewell.Tests;
using Farewell.Tests.Conformance;

namespace Farewell.AspNetCore.Tests.Http;

/// <summary>.NET's own clients on the client's host of a private network.</summary>
[SupportedOSPlatform("linux")]
internal static class NetworkClient
{
    public static HttpClient Create(VethNetwork network, HttpHost host, Version version, Action<SocketsHttpHandler>? configure = null)
    {
        var handler = CreateHandler(network, host);
        configure?.Invoke(handler);
        return new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    public static SocketsHttpHandler CreateHandler(VethNetwork network, HttpHost host, int? receiveBuffer = null) => new()
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = TestCertificates.Dial(SslProtocols.None).RemoteCertificateValidationCallback },
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = network.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            if (receiveBuffer is { } size)
            {
                socket.ReceiveBufferSize = size;
            }

            await socket.ConnectAsync(host.EndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    public static Uri UriOf(HttpHost host, SslProtocols protocol = SslProtocols.None, string path = "/") =>
        new($"{(protocol == SslProtocols.None ? "http" : "https")}://farewell.test:{host.EndPoint.Port}{path}");
}
