using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class UnheldFin : SocketStrategy
{
    public override About About => new("unheld-fin", EndingSide.Server, 24)
    {
        Does = "the server sets TCP_LINGER2 to -1 and calls Close() with no Shutdown before",
        Lesson = "FIN, then a reset once it is acknowledged: a clean end, and no TIME_WAIT for anyone.",
        Why = "The kernel drops the orphan as soon as its FIN is acknowledged and answers that acknowledgement with a "
            + "reset. A Linux peer still reads everything and then the end; a Windows peer would lose what it had not "
            + "read.",
        Expected = [Outcome.ServerFinThenReset],
    };

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "TCP_LINGER2 is Linux's own";

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        SocketOptions.SetUnheldFin(server.Socket);
        server.Close();
    }
}
