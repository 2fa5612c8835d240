namespace Farewell.Lab.Strategies.Sessions;

internal sealed class LineProtocolQuits : LineSessionStrategy
{
    public override About About => new("session-line-protocol", EndingSide.Client, 26)
    {
        Does = "a client of a user's line protocol (samples/LineServer) says QUIT, reads 221 and closes",
        Lesson = "The steps of the close are Farewell's, the words are any protocol's own.",
        Expected = [Outcome.ClientHeld],
    };
}
