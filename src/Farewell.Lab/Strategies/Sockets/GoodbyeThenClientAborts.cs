using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sockets;

internal sealed class GoodbyeThenClientAborts : SocketStrategy
{
    public override About About => new("goodbye-then-client-aborts", EndingSide.Client, 10)
    {
        Does = "the client says it is done, the server answers goodbye, and only then the client calls Close(0)",
        Lesson = "After a goodbye both queues are empty: the reset has nothing left to destroy.",
        Expected = [Outcome.Aborted],
    };

    public override async Task ServeAsync(LabSocket server)
    {
        await server.ReadRequestAsync();
        await server.SendReplyAsync();
        await server.ReadExactlyAsync(Done.Length);
        await server.SendAsync(Goodbye);
        await server.ReadToEndAsync();
        server.Close();
    }

    public override async Task CallAsync(LabSocket client)
    {
        await client.SendRequestAsync();
        await client.ReadReplyAsync();
        await client.SendAsync(Done);
        await client.ReadExactlyAsync(Goodbye.Length);
        client.Close(0);
    }

    private static ReadOnlyMemory<byte> Done { get; } = "DONE\n"u8.ToArray();

    private static ReadOnlyMemory<byte> Goodbye { get; } = "GOODBYE\n"u8.ToArray();
}
