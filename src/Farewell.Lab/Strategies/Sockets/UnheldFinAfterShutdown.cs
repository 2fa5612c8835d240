using System.Net.Sockets;
using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class UnheldFinAfterShutdown : SocketStrategy
{
    public override About About => new("unheld-fin-after-shutdown", EndingSide.Server, 25)
    {
        Does = "the server sets TCP_LINGER2 to -1, calls Shutdown(Both), then Close()",
        Lesson = "Shutdown first opens a race: a fast peer's FIN still starts a TIME_WAIT.",
        Why = "Shutdown sends the FIN before the socket is an orphan. If the acknowledgement and the peer's FIN come "
            + "before the close, TIME_WAIT has begun and the option has no effect.",
        Expected = [Outcome.ServerFinThenReset, Outcome.ServerHeld],
    };

    public override string? WhyNot(Arena arena) => OperatingSystem.IsLinux() ? null : "TCP_LINGER2 is Linux's own";

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        SocketOptions.SetUnheldFin(server.Socket);
        server.Shutdown(SocketShutdown.Both);
        server.Close();
    }
}
