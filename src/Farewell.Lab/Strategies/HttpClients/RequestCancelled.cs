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
        using var cancel = new CancellationTokenSource();
        var requests = RequestAsync(arena, () => client.GetStringAsync(target, cancel.Token));
        await arrived;
        await cancel.CancelAsync();
        try
        {
            await requests;
        }
        catch (OperationCanceledException)
        {
            // That is what was asked for.
        }
    }

    protected override Task ReplyAsync(LabSocket server) => Task.CompletedTask;
}
