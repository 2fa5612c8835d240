using Farewell.Captures.Files;
using Farewell.Captures.Tracking;
using Farewell.Tcp.Endings;

namespace Farewell.Captures.Tests;

/// <summary>
/// The judge against captures that the lab wrote (one connection of each strategy, as the client's interface saw it) and a person read.
/// New ones come from <c>./farewell lab --connections 1 --pcap DIR</c>; a race may then show its other outcome and needs its label read anew.
/// </summary>
public sealed class CorpusTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Corpus");

    public static TheoryData<string, string> Labels
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var line in File.ReadLines(Path.Combine(Folder, "labels.tsv")).Where(l => !l.StartsWith('#')))
            {
                var cells = line.Split('\t');
                data.Add(cells[0], string.Join(' ', cells[1..]));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void Judge_ReadsTheCapture_AsAPersonDid(string capture, string label)
    {
        var connection = Read(capture).ShouldHaveSingleItem();

        Words(connection.Ending()).ShouldBe(label);
    }

    [Fact]
    public void Corpus_IsLabelledWhole_AndHoldsAtLeastForty()
    {
        var files = Directory.GetFiles(Folder, "*.pcap").Select(Path.GetFileNameWithoutExtension).Order().ToList();

        files.Count.ShouldBeGreaterThanOrEqualTo(40);
        Labels.Select(row => row.Data.Item1).Order().ShouldBe(files);
    }

    [Fact]
    public void Label_WithDataAfterFin_IsSeen() =>
        Read("client-half-closes-and-reads")[0].Ending().DataAfterFin.ShouldBeTrue();

    private static IReadOnlyList<TrackedConnection> Read(string capture)
    {
        using var reader = new PcapReader(File.OpenRead(Path.Combine(Folder, capture + ".pcap")));
        var tracker = new ConnectionTracker();
        while (reader.TryRead(out var captured))
        {
            // The kernel's filter lets IPv6 with extension headers pass, such as the multicast reports of an interface that comes up.
            if (PacketParser.TryParse(captured, out var packet))
            {
                tracker.Observe(captured.At, packet);
            }
        }

        reader.Truncated.ShouldBeFalse();
        return tracker.Connections;
    }

    private static string Words(Ending ending) => string.Join(
        ' ', new Enum[] { ending.ClosedFirst, ending.How, ending.ResetBy, ending.ResetAt, ending.TimeWait.Holder }.Select(Word));

    private static string Word(Enum value) => value.ToString() switch
    {
        "Local" => "client",
        "Remote" => "server",
        var other => other.ToLowerInvariant(),
    };
}
