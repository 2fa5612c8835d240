using System.Globalization;
using Farewell.Tcp.Endings;

namespace Farewell.Tcp.Tests.Endings;

/// <summary>Reads evidence written in a line, such as <c>c:F. 111:506 s:R 506 c-eof</c>; each item is one millisecond after the last.</summary>
internal static class Script
{
    public static CloseEvent[] Read(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<CloseEvent> events = [];
        for (var i = 0; i < words.Length; i++)
        {
            var at = TimeSpan.FromMilliseconds(events.Count + 1);
            var side = words[i][0] == 'c' ? Side.Local : Side.Remote;
            events.Add(words[i] switch
            {
                "reopened" => new CloseEvent(at, side, CloseEventKind.Reopened),
                [_, '-', .. var report] => Report(at, side, report),
                _ => CloseEvent.Of(at, side, Segment(words[i][2..], words[++i])),
            });
        }

        return [.. events];
    }

    private static CloseEvent Report(TimeSpan at, Side side, string report) => report switch
    {
        "eof" => new(at, side, CloseEventKind.EndOfStream),
        "closed" => new(at, side, CloseEventKind.Closed),
        "aborted" => new(at, side, CloseEventKind.Aborted),
        "reset" => new(at, side, CloseEventKind.ResetSeen),
        "refused" => new(at, side, CloseEventKind.Refused),
        "timed-out" => new(at, side, CloseEventKind.TimedOut),
        "overflow" => new(at, side, CloseEventKind.Overflow),
        _ => CloseEvent.Of(at, side, Enum.Parse<TcpState>(report)),
    };

    private static Segment Segment(string letters, string numbers)
    {
        var parts = numbers.Split(':').Select(n => uint.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        var flags = letters.Aggregate(SegmentFlags.None, (sum, letter) => sum | letter switch
        {
            'S' => SegmentFlags.Syn,
            'F' => SegmentFlags.Fin,
            'R' => SegmentFlags.Reset,
            'P' => SegmentFlags.Push,
            _ => SegmentFlags.Ack,
        });
        return new Segment(flags, new SequenceNumber(parts[0]), new SequenceNumber(parts.ElementAtOrDefault(1)), (int)parts.ElementAtOrDefault(2));
    }
}
