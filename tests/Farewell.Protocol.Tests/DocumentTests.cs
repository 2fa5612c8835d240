using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Tests;

/// <summary>The document and the code say the same, cell by cell.</summary>
public sealed class DocumentTests
{
    [Theory]
    [InlineData(Role.Stayer)]
    [InlineData(Role.Leaver)]
    public void FrameTables_InDocumentAndCode_AreTheSame(Role role)
    {
        var rows = Document.Table((int)role, "state", "Hello");
        var columns = Enum.GetNames<FrameColumn>();
        rows[0].Skip(1).Select(name => name.ToUpperInvariant()).ShouldBe(columns.Select(name => name.ToUpperInvariant()));
        rows.Skip(1).Select(row => row[0]).ShouldBe(FrameTable.StatesOf(role).Select(state => state.ToString()));
        foreach (var row in rows.Skip(1))
        {
            for (var column = 0; column < columns.Length; column++)
            {
                var state = Enum.Parse<SessionState>(row[0]);
                FrameTable.Of(role)[state, (FrameColumn)column].ToString().ToLowerInvariant()
                    .ShouldBe(row[column + 1], $"{role} {state} {columns[column]}");
            }
        }
    }

    [Theory]
    [InlineData(Role.Stayer)]
    [InlineData(Role.Leaver)]
    public void DeadlineTables_InDocumentAndCode_AreTheSame(Role role)
    {
        var rows = Document.Table((int)role, "state", "handshake");
        var columns = Enum.GetNames<Deadline>();
        rows[0].Skip(1).ShouldBe(columns.Select(name => name.ToLowerInvariant()));
        rows.Skip(1).Select(row => row[0]).ShouldBe(FrameTable.StatesOf(role).Select(state => state.ToString()));
        foreach (var row in rows.Skip(1))
        {
            for (var column = 0; column < columns.Length; column++)
            {
                var state = Enum.Parse<SessionState>(row[0]);
                (DeadlineTable.Of(role)[state, (Deadline)column] ? "yes" : "-").ShouldBe(row[column + 1], $"{role} {state} {columns[column]}");
            }
        }
    }

    [Fact]
    public void FrameTypes_InDocumentAndCode_AreTheSame()
    {
        var rows = Document.Table(0, "type", "name").Skip(1).Where(row => Enum.TryParse<FrameType>(row[1], out _)).ToList();
        rows.Select(row => row[1]).ShouldBe(Enum.GetNames<FrameType>());
        foreach (var row in rows)
        {
            var type = Enum.Parse<FrameType>(row[1]);
            row[0].ShouldBe($"0x{(byte)type:X2}");
            var bounds = row[6].Replace(",", "", StringComparison.Ordinal).Split(" to ").Select(int.Parse).ToArray();
            FrameLayout.Check(new FrameHeader(type, 0, (ushort)bounds[0])).ShouldBe(Violation.None, row[1]);
            FrameLayout.Check(new FrameHeader(type, 0, (ushort)bounds[1])).ShouldBe(Violation.None, row[1]);
            FrameLayout.CarriesPayload(type).ShouldBe(row[5] == "yes", row[1]);
            if (bounds[0] > 0)
            {
                FrameLayout.Check(new FrameHeader(type, 0, (ushort)(bounds[0] - 1))).ShouldBe(Violation.BadLength, row[1]);
            }

            if (bounds[1] < FrameHeader.MaxBody)
            {
                FrameLayout.Check(new FrameHeader(type, 0, (ushort)(bounds[1] + 1))).ShouldBe(Violation.BadLength, row[1]);
            }

            for (var bit = 0; bit < 8; bit++)
            {
                var flag = (FrameFlags)(1 << bit);
                var allowed = row[3].Split(", ").Contains(flag.ToString());
                FrameLayout.Check(new FrameHeader(type, flag, (ushort)bounds[1])).ShouldBe(allowed ? Violation.None : Violation.BadFlags, $"{row[1]} {flag}");
            }
        }
    }

    [Fact]
    public void Violations_InDocumentAndCode_AreTheSame() =>
        Document.Table(0, "what", "name").Skip(1).Select(row => $"{row[0]} {row[1].Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()}")
            .ShouldBe(Enum.GetValues<Violation>().Where(what => what != Violation.None).Select(what => $"{(int)what} {what.ToString().ToUpperInvariant()}"));

    [Fact]
    public void Defaults_InDocumentAndCode_AreTheSame()
    {
        var said = Document.Table(0, "name", "default").Skip(1).ToDictionary(row => row[0], row => row[1]);
        var limits = SessionLimits.Stayer;
        said["handshake"].ShouldBe(Text(limits.Handshake));
        said["idle"].ShouldBe($"stayer {Text(limits.Idle)}, leaver none");
        SessionLimits.Leaver.Idle.ShouldBe(TimeSpan.Zero);
        said["ping"].ShouldBe(Text(limits.Ping));
        said["pong"].ShouldBe(Text(limits.Pong));
        said["stall"].ShouldBe(Text(limits.Stall));
        said["confirm"].ShouldBe(Text(limits.Confirm));
        said["grace"].ShouldBe(Text(limits.Grace));
        said["hard limit"].ShouldBe(Text(limits.Hard));
        said["parting"].ShouldBe(Text(limits.Parting));
        said["discard"].ShouldBe(Text(limits.Discard));
        said["patience"].ShouldBe(Text(limits.Patience));
        limits.LeastTwoRoundTrips.ShouldBe(TimeSpan.FromSeconds(1));
    }

    private static string Text(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? $"{time.TotalMilliseconds} ms" : $"{time.TotalSeconds} s";
}
