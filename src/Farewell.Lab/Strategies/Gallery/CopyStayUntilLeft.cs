using Farewell.Lab.Running;
using Farewell.Samples.Endings;

namespace Farewell.Lab.Strategies.Gallery;

internal sealed class CopyStayUntilLeft : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.Gallery;

    public override About About => new("copy-stay-until-left", EndingSide.Client, 4)
    {
        Does = "the server runs StayUntilLeft, and the client leaves in time",
        Lesson = "A server that stays holds no TIME_WAIT: it falls to whoever leaves.",
        Sample = "StayUntilLeft.cs",
        Expected = [Outcome.ClientHeld],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        if (await StayUntilLeft.EndAsync(server.Socket, TimeSpan.FromSeconds(10)))
        {
            server.Count(read: 0);
        }
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        client.Close();
    }
}
