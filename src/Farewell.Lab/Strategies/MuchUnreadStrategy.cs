using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>Clients that ask a server for much, and are then asked to leave.</summary>
internal abstract class MuchUnreadStrategy : SessionByHandStrategy
{
    private static readonly byte[] AskForMuch = [2, 0, 0, 1, 7];

    protected sealed override ValueTask HandleAsync(FarewellSession session, Message message)
    {
        for (var i = 0; i < 40; i++)
        {
            session.TrySend(new byte[4000]);
        }

        session.End();
        return default;
    }

    protected sealed override async Task SpeakAsync(LabSocket client)
    {
        await client.SendAsync(AskForMuch);
        await UntilResetAsync(client);
        await client.ReadToEndAsync();
        client.Close();
    }

    /// <summary>What the client does until it is reset.</summary>
    protected abstract Task UntilResetAsync(LabSocket client);
}
