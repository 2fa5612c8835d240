using Farewell.Tcp.Endings;

namespace Farewell.Lab.Strategies.Kernel;

internal sealed class TimeWaitAssassinated : OldSegmentStrategy
{
    public override About About => new("time-wait-assassinated", EndingSide.Client, 9)
    {
        Does = "the server's acknowledgement of the client's FIN comes late, on a kernel with its default tcp_rfc1337=0",
        Lesson = "A stray segment of its own connection ends a TIME_WAIT; a few per mille, by itself.",
        Why = "The TIME_WAIT answers the late segment with an acknowledgement; the server, which has forgotten the "
            + "connection, answers that with a reset; and a reset that fits ends a TIME_WAIT (RFC 1337). The lab forges "
            + "the late segment; on busy machines reordering makes it.",
        Expected = [new(ClosedFirst.Local, How.Orderly, TimeWaitHolder.None, PeerSaw.EndOfStream)],
        RunsAlone = true,
    };

    protected override bool ResetEndsTimeWait => true;
}
