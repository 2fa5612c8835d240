using Farewell.Lab.Running;
using Farewell.Tcp;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class Drips : SessionByHandStrategy
{
    private static readonly TimeSpan NowAndThen = TimeSpan.FromMilliseconds(5);

    public override About About => new("session-drips", EndingSide.Server, 15)
    {
        Does = "a client asks for much; asked to leave, it reads an octet every 5 ms and does nothing else, and is reset",
        Lesson = "Reading an octet now and then is no sign of leaving: the grace ends all the same.",
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
        while (await client.ReceiveAsync(1) > 0 && KernelView.StateOf(client.Socket) != TcpState.Closed)
        {
            await Task.Delay(NowAndThen, client.Cancellation);
        }

        await client.ReadToEndAsync();
        client.Close();
    }
}
