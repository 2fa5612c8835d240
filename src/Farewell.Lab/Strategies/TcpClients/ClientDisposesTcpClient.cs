using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.TcpClients;

internal sealed class ClientDisposesTcpClient : TcpClientStrategy
{
    public override About About => new("tcpclient-client-disposes", EndingSide.Client, 2)
    {
        Does = "the client calls TcpClient.Dispose() once it has read the reply",
        Lesson = "The same call on the other side moves the TIME_WAIT to the other side.",
        Expected = [Outcome.ClientHeld],
    };

    public override async Task CallAsync(LabSocket client)
    {
        using var tcp = new TcpClient { Client = client.Socket };
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.NoteClosed();
        tcp.Dispose();
    }
}
