using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.HttpClients;

internal sealed class RequestCancelled : HttpClientStrategy
{
    public override About About => new("httpclient-cancels", EndingSide.Client, 34)
    {
        Does = "the requests are cancelled while the server has not answered them",
        Lesson = "HTTP/1.1 cannot take a request back: cancelling costs the connection, and a TIME_WAIT.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task CallAsync(Arena arena, Uri target, Task arrived)
    {
        using var client = new HttpClient();
        await CancelAllAsync(arena, client, target, arrived);
    }

    protected override Task ReplyAsync(LabSocket server) => Task.CompletedTask;
}
