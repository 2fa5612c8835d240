using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Farewell.Bench.Measuring;

/// <summary>Measurements as a person, or a program, reads them.</summary>
internal static class Table
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Adds the ratios to the limit and to the best peer, case by case.</summary>
    public static IReadOnlyList<Measurement> Compare(IEnumerable<Measurement> measurements) =>
    [
        .. measurements.GroupBy(one => one.Case).SelectMany(group =>
        {
            var limit = group.FirstOrDefault(one => one.Subject == Subject.Limit);
            var best = group.Where(one => one.Figures.Count > 0 && Subject.All.Any(subject => subject.Name == one.Subject && subject.IsPeer)).MinBy(one => one.Figures.Median());
            return group.Select(one => one with { ToLimit = Ratio(one, limit), ToBestPeer = Ratio(one, best) });
        }),
    ];

    public static string ToJson(string verb, IReadOnlyList<Measurement> measurements) => JsonSerializer.Serialize(
        new
        {
            schema = $"farewell/bench-{verb}/1",
            at = DateTimeOffset.UtcNow,
            machine = new { os = RuntimeInformation.OSDescription, processors = Environment.ProcessorCount },
            measurements,
        },
        Json);

    public static string ToMarkdown(IReadOnlyList<Measurement> measurements)
    {
        (string Head, Func<Measurement, string?> Cell)[] columns =
        [
            ("case", one => one.Case),
            ("subject", one => one.Subject),
            ("CPU us/op", one => Number(one.CpuMicrosPerOp, "F2")),
            ("from - to", one => one.Figures.Count > 1 ? $"{Number(one.Figures.Min(), "F1")} - {Number(one.Figures.Max(), "F1")}" : null),
            ("op/s", one => Number(one.OpsPerSecond, "N0")),
            ("p50 us", one => Number(one.P50Micros, "F0")),
            ("p99 us", one => Number(one.P99Micros, "F0")),
            ("p99 calm us", one => Number(one.P99CalmMicros, "F0")),
            ("p99.9 us", one => Number(one.P999Micros, "F0")),
            ("RSS B/conn", one => Number(one.RssBytesPerConnection, "N0")),
            ("B alloc/op", one => Number(one.AllocatedBytesPerOp, "F1")),
            ("stop s", one => Number(one.StopSeconds, "F2")),
            ("to limit", one => Number(one.ToLimit, "F2")),
            ("to best peer", one => Number(one.ToBestPeer, "F2")),
            ("note", one => one.Note),
        ];
        var used = columns.Where(column => measurements.Any(one => !string.IsNullOrEmpty(column.Cell(one)))).ToList();
        var rows = measurements.Select(one => used.Select(column => column.Cell(one) ?? "").ToList()).Prepend([.. used.Select(column => column.Head)]).ToList();
        var widths = used.Select((_, i) => rows.Max(row => row[i].Length)).ToList();
        var lines = rows.Select(row => $"| {string.Join(" | ", row.Select((cell, i) => i < 2 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])))} |").ToList();
        lines.Insert(1, $"|{string.Concat(widths.Select(width => new string('-', width + 2) + "|"))}");
        return string.Join(Environment.NewLine, lines);
    }

    private static double? Ratio(Measurement one, Measurement? other) =>
        other is null || one.Figures.Count != other.Figures.Count || one.Figures.Count == 0 ? null : one.Figures.Zip(other.Figures, static (left, right) => left / right).Median();

    private static string? Number(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture);
}
