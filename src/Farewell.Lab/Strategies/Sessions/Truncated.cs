using Farewell.Lab.Running;

namespace Farewell.Lab.Strategies.Sessions;

internal sealed class Truncated : SessionByHandStrategy
{
    public override About About => new("session-truncated", EndingSide.Client, 13)
    {
        Does = "a client closes without having said Done",
        Lesson = "An end without a word is no close: the server reports it truncated, and closes after it.",
        Expected = [Outcome.ClientHeld],
    };

    protected override async Task SpeakAsync(LabSocket client)
    {
        // The server's Hello, so that nothing is unread when it closes.
        await client.ReadExactlyAsync(32);
        client.Close();
    }
}
