using Farewell.Lab.Running;
using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class ResponseLeftUnread : HttpClientStrategy
{
    private static readonly byte[] Large = new byte[8 << 20];

    public override About About => new("httpclient-leaves-response-unread", EndingSide.Client, 35)
    {
        Does = "the client disposes a response of 8 MiB of which it has read only the head",
        Lesson = "Too much to drain: the connection goes, and the unread part draws a reset on the server.",
        Expected = [new(ClosedFirst.Local, How.Reset, TimeWaitHolder.None, PeerSaw.BrokenPipe)],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient();
        await RequestAsync(arena, async () =>
        {
            using var response = await client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead, arena.Cancellation);
        });
    }

    protected override async Task ReplyAsync(LabSocket server)
    {
        await server.SendAsync(RawHttp.Head(Large.Length));
        await server.SendAsync(Large);
    }
}
