using System.Text.Json;
using Farewell.Captures.Tracking;
using Farewell.Lab.Networks;
using Farewell.Lab.Running;
using Farewell.Lab.Strategies;
using Farewell.Lab.Witnesses;
using Farewell.Tcp;
using Farewell.Tcp.Endings;
using Farewell.Tool.Output;

namespace Farewell.Tool.Lab;

/// <summary>Writes the document of <c>farewell lab --json</c>.</summary>
internal static class LabJson
{
    public static string Write(ILabNetwork network, IReadOnlyList<StrategyResult> results)
    {
        var head = JsonDocumentHead.Of("lab");
        var heard = WitnessName.All.Where(name => results.Any(r => r.Witnesses.Contains(name))).ToList();
        var document = new LabDocument(
            head.Schema, head.At, head.Tool, head.Machine, NetworkOf(network), heard.Count, WitnessName.All.Count,
            MissingWitnesses(network, results, heard), [.. results.Select(Strategy)]);
        return JsonSerializer.Serialize(document, RecordJson.Options);
    }

    /// <summary>The part of a document that says where it ran.</summary>
    public static LabDocumentNetwork NetworkOf(ILabNetwork network) => new(
        network.IsPrivate ? "private" : "loopback", network.Refusal, network.ClientAddress.ToString(), network.ServerAddress.ToString());

    private static Dictionary<string, string> MissingWitnesses(
        ILabNetwork network, IReadOnlyList<StrategyResult> results, List<string> heard) =>
        WitnessName.All.Except(heard).ToDictionary(name => name, name => name == WitnessName.PacketsAtServer && heard.Contains(WitnessName.PacketsAtClient)
            ? "client and server share one interface"
            : results.Select(r => r.PacketsMissing).FirstOrDefault(reason => reason is not null)
                ?? network.Refusal ?? "no strategy that ran has this witness");

    private static LabDocumentStrategy Strategy(StrategyResult r) => new(
        r.Strategy.Name,
        GroupTitle.Of(r.Strategy.Group),
        r.Strategy.About.Does,
        r.Strategy.About.Lesson,
        r.Outcomes.Count,
        Counts(r.Outcomes.Select(o => o.ClosedFirst), ["client", "server", "both", "none", "unknown"], SideName),
        Counts(r.Outcomes.Select(o => o.How), ["orderly", "reset", "refused", "timedOut", "open", "unknown"], h => JsonNamingPolicy.CamelCase.ConvertName(h.ToString())),
        new LabDocumentTimeWait(r.TimeWaitAtClient, r.TimeWaitAtServer),
        Counts(r.Outcomes.Select(o => o.PeerSaw), ["eof", "reset", "brokenPipe", "refused", "timedOut", "unknown"], PeerSawName),
        r.BytesSent,
        r.BytesRead,
        [.. r.Segments.Select(s => SegmentOf(s, r.Segments[0]))],
        r.Witnesses,
        r.Agree,
        [.. r.Differences.Select(DifferenceOf)],
        r.Unexpected,
        Math.Round(r.Duration.TotalSeconds, 3),
        r.Skipped);

    private static Dictionary<string, int> Counts<T>(IEnumerable<T> values, string[] names, Func<T, string> name)
    {
        var counts = names.ToDictionary(n => n, _ => 0);
        foreach (var value in values)
        {
            counts[name(value)]++;
        }

        return counts;
    }

    private static string SideName(ClosedFirst first) => first switch
    {
        ClosedFirst.Local => "client",
        ClosedFirst.Remote => "server",
        _ => first.ToString().ToLowerInvariant(),
    };

    private static string PeerSawName(PeerSaw saw) => saw == PeerSaw.EndOfStream ? "eof" : JsonNamingPolicy.CamelCase.ConvertName(saw.ToString());

    private static LabDocumentSegment SegmentOf(TimedSegment s, TimedSegment first) => new(
        Math.Round((s.At - first.At).TotalSeconds, 6),
        s.From == Side.Local ? "client" : "server",
        s.Segment.FlagLetters,
        s.Segment.Sequence.Value,
        s.Segment.IsAck ? s.Segment.Acknowledgement.Value : null,
        s.Segment.Length);

    private static LabDocumentDifference DifferenceOf((Disagreement Difference, int Connections) item)
    {
        var d = item.Difference;
        return new LabDocumentDifference(item.Connections, d.Field, d.Witness, d.Says, d.Other, d.OtherSays, d.Explanation);
    }
}
