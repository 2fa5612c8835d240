using Farewell.Lab.Running;
using Microsoft.AspNetCore.Connections;

namespace Farewell.Lab.Strategies.KestrelConnections;

internal sealed class HandlerAbortsAfterWrite : KestrelHandlerStrategy
{
    public override About About => new("kestrel-aborts-after-write", EndingSide.Server, 19)
    {
        Does = "the handler awaits Output.WriteAsync of its reply and at once calls Abort()",
        Lesson = "An awaited write is only in the pipe: the reply that was just written is lost.",
        Expected = [Outcome.Aborted],
    };

    protected override async Task HandleAsync(ConnectionContext connection, LabSocket server)
    {
        await ReadRequestAsync(connection, server);
        await SendReplyAsync(connection, server);
        server.NoteAborted();
        connection.Abort();
    }
}
