using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class UnheldFin : SocketStrategy
{
    public override About About => new("unheld-fin", EndingSide.Server, 24)
    {
        Does = "the server sets TCP_LINGER2 to -1 and calls Close() with no Shutdown before",
        Lesson = "FIN, then a reset once it is acknowledged: a clean end, and no TIME_WAIT for anyone.",
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
