using System.Text;
using Farewell.Lab.Running;
using Farewell.Samples.LineServer;

namespace Farewell.Lab.Strategies;

/// <summary>A strategy of a user's own line protocol (samples/LineServer), hosted by Farewell's server, and of clients that speak it by hand.</summary>
internal abstract class LineSessionStrategy : LeaverStrategy
{
    public sealed override async Task RunAsync(Arena arena)
    {
        var options = new FarewellServerOptions { Listener = await arena.ListenAsync(), Limits = Limits };
        await using var server = FarewellServer.Start(options, static () => new LineManner(), ServeAsync);
        List<LabSocket> clients = [];
        while (clients.Count < arena.ConnectionCount)
        {
            clients.Add(await DialByHandAsync(arena));
            await UntilLineAsync(clients[^1], "220 ");
            await clients[^1].SendAsync("NOOP\r\n"u8.ToArray());
            await UntilLineAsync(clients[^1], "250 ");
        }

        await Arena.AllAsync([EndAsync(server), .. clients.Select(client => Task.Run(() => LeaveAsync(client)))]);
        await AllReportedAsync(arena);
    }

    /// <summary>What the server does once all clients are idle.</summary>
    protected virtual Task EndAsync(FarewellServer server) => Task.CompletedTask;

    /// <summary>What a client does then: it says QUIT, reads 221 and closes.</summary>
    protected virtual async Task LeaveAsync(LabSocket client)
    {
        await client.SendAsync("QUIT\r\n"u8.ToArray());
        await UntilLineAsync(client, "221 ");
        client.Close();
    }

    /// <summary>Reads whole lines until one that begins so.</summary>
    protected static async Task UntilLineAsync(LabSocket client, string start)
    {
        var line = new StringBuilder();
        var octet = new byte[1];
        while (await client.ReceiveAsync(octet) > 0)
        {
            line.Append((char)octet[0]);
            if (octet[0] != '\n')
            {
                continue;
            }

            if (line.ToString().StartsWith(start, StringComparison.Ordinal))
            {
                return;
            }

            line.Clear();
        }

        throw new InvalidOperationException($"The connection ended before a line that begins with '{start}'.");
    }

    private async Task ServeAsync(ProtocolConnection connection)
    {
        NoteOnceEnded(connection);
        await LineProtocol.ServeAsync(connection);
    }

    private async void NoteOnceEnded(ProtocolConnection connection) => NoteServer(await connection.Completion);
}
