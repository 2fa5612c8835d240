using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies;

/// <summary>
/// A strategy of two plain sockets. The ending side's code is overridden; the other side reads to the end and then closes, as one
/// should.
/// </summary>
public abstract class SocketStrategy : Strategy
{
    /// <inheritdoc/>
    public override StrategyGroup Group => StrategyGroup.Socket;

    /// <summary>Whether each side can run alone, without steps announced to the other, as <c>--churn</c> needs.</summary>
    public virtual bool CanChurn => true;

    /// <summary>The server's code for one accepted connection, up to and with its ending.</summary>
    public virtual async Task ServeAsync(LabSocket server)
    {
        ArgumentNullException.ThrowIfNull(server);
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.ReadToEndAsync();
        server.Close();
    }

    /// <summary>The client's code for one connection, up to and with its ending.</summary>
    public virtual async Task CallAsync(LabSocket client)
    {
        ArgumentNullException.ThrowIfNull(client);
        await client.SendRequestAsync();
        await client.ReadToEndAsync();
        client.Close();
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Arena arena)
    {
        ArgumentNullException.ThrowIfNull(arena);
        using var listener = await arena.ListenAsync();
        List<Task> work = [];
        for (var i = 0; i < arena.ConnectionCount; i++)
        {
            var client = await arena.ConnectAsync();
            var server = await arena.AcceptAsync(listener);
            work.Add(Task.Run(() => ServeAsync(server)));
            work.Add(Task.Run(() => CallAsync(client)));
        }

        await Arena.AllAsync(work);
    }
}
