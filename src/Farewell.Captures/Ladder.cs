using System.Globalization;
using System.Text;
using Farewell.Captures.Tracking;
using Farewell.Tcp;

namespace Farewell.Captures;

/// <summary>Draws the packets of one connection as text, one line each, for documents and terminals.</summary>
/// <remarks>
/// <code>
///   0.000  client -> server  S   seq 0
///   0.100  client &lt;- server  S.  seq 0  ack 1
///   0.200  client -> server  .   seq 1  ack 1
/// ~ 0.400  client -> server  P.  seq 1  ack 1  len 5
/// </code>
/// Flags are in tcpdump's letters. Numbers count from each side's SYN; of a side whose SYN is missing, from one before its first number
/// seen.
/// </remarks>
public static class Ladder
{
    /// <summary>Draws <paramref name="segments"/> in the order given, each line ended by a line feed.</summary>
    /// <param name="segments">The segments; their times are shown in seconds since the first, in microseconds where milliseconds would not
    /// tell them apart.</param>
    /// <param name="local">The name of <see cref="Side.Local"/>, drawn on the left.</param>
    /// <param name="remote">The name of <see cref="Side.Remote"/>.</param>
    /// <param name="markRetransmissions">Whether a segment that holds nothing its side had not sent before gets a <c>~</c> in
    /// front.</param>
    public static string Draw(
        IReadOnlyList<TimedSegment> segments, string local = "client", string remote = "server", bool markRetransmissions = true)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var origins = new LadderOrigins(segments);
        var timeFormat = NeedsMicroseconds(segments) ? "0.000000" : "0.000";
        string[][] rows =
        [
            .. segments.Select((item, index) => new[]
            {
                (item.At - segments[0].At).TotalSeconds.ToString(timeFormat, CultureInfo.InvariantCulture),
                $"{local} {(item.From == Side.Local ? "->" : "<-")} {remote}",
                item.Segment.FlagLetters,
                $"seq {origins.Relative(item.From, item.Segment.Sequence)}",
                item.Segment.IsAck ? $"ack {origins.Relative(item.From.Other(), item.Segment.Acknowledgement)}" : "",
                item.Segment.Length > 0 ? $"len {item.Segment.Length}" : "",
                markRetransmissions && origins.IsRetransmission(index) ? "~" : " ",
            }),
        ];

        var widths = Enumerable.Range(0, 6).Select(column => rows.Select(row => row[column].Length).DefaultIfEmpty().Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var cells = row[1..6].Select((cell, index) => cell.PadRight(widths[index + 1]));
            text.Append(row[6]).Append(' ').Append(row[0].PadLeft(widths[0])).Append("  ")
                .Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static bool NeedsMicroseconds(IReadOnlyList<TimedSegment> segments)
    {
        for (var index = 1; index < segments.Count; index++)
        {
            var gap = (segments[index].At - segments[index - 1].At).Duration();
            if (gap > TimeSpan.Zero && gap < TimeSpan.FromMilliseconds(1))
            {
                return true;
            }
        }

        return false;
    }
}
