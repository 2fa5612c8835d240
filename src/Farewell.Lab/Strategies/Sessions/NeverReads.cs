using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class NeverReads : SessionByHandStrategy
{
    public override About About => new("session-never-reads", EndingSide.Server, 14)
    {
        Does = "a client asks for much and reads nothing of it; asked to leave, it does not, and is reset",
        Lesson = "A full pipe cannot be asked anything: time limits are what is left, and they hold.",
        Expected = [Outcome.Aborted],
    };

    protected override ValueTask HandleAsync(FarewellSession session, Message message)
    {
        for (var i = 0; i < 40; i++)
        {
            session.TrySend(new byte[4000]);
        }

        session.End();
        return default;
    }

    protected override async Task SpeakAsync(LabSocket client)
    {
        await client.SendAsync(new byte[] { 2, 0, 0, 1, 7 });
        await client.UntilTrue(() => KernelView.StateOf(client.Socket) == Tcp.TcpState.Closed, "the connection is reset");
        await client.ReadToEndAsync();
        client.Close();
    }
}
