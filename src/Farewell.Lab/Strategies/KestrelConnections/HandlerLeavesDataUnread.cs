using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerLeavesDataUnread : KestrelHandlerStrategy
{
    public override About About => new("kestrel-leaves-data-unread", EndingSide.Server, 21)
    {
        Does = "the handler replies and returns with the client's request still in the pipe",
        Lesson = "Kestrel had emptied the kernel's buffer into its pipe, so unread data draws no reset.",
        Expected = [Outcome.ServerHeld],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        var request = await connection.Transport.Input.ReadAtLeastAsync(LabSocket.Request.Length);
        connection.Transport.Input.AdvanceTo(request.Buffer.Start);
        await SendReplyAsync(connection, server);
    }
}
