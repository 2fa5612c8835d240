using System.Globalization;
using Farewell.Lab.Churn;
using Spectre.Console;

namespace Farewell.Tool.Lab;

/// <summary>Draws churn in the terminal.</summary>
internal static class ChurnPicture
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const string Plain = " .:-=+*%#";

    public static void Print(IAnsiConsole console, IReadOnlyList<ChurnResult> results)
    {
        foreach (var result in results)
        {
            Print(console, result);
        }

        var seconds = results.Min(r => r.Seconds.Count);
        console.WriteLine(seconds >= 60
            ? "sustained is connections a second over the last 60 s; a TIME_WAIT lasts 60 to 62 s."
            : $"sustained is connections a second over all {seconds} s: shorter than a TIME_WAIT (60 to 62 s), so exhaustion may not show yet.");
    }

    private static void Print(IAnsiConsole console, ChurnResult r)
    {
        var failed = r.Errors.Values.Sum();
        var errors = failed == 0 ? "no failures" : $"{failed:N0} failed ({string.Join(", ", r.Errors.Select(e => $"{e.Value:N0} {e.Key}"))})";
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"[bold]{r.Strategy.Name}[/]: {r.SustainedPerSecond:N0}/s sustained, {errors}, TIME_WAITs at most {r.MaxTimeWaitAtClient:N0} at the client, {r.MaxTimeWaitAtServer:N0} at the server, {r.Ports:N0} ports");
        Line(console, "opened/s", r.Seconds.Select(s => (double)s.Ok), "N0");
        Line(console, "failed/s", r.Seconds.Select(s => (double)s.Failed), "N0");
        Line(console, "TIME_WAIT", r.Seconds.Select(s => (double)s.TimeWait), "N0");
        Line(console, "connect us", r.Seconds.Select(s => s.ConnectMicros ?? 0), "N0");
        if (r.Filling.Count > 0)
        {
            var tenths = string.Join("  ", r.Filling.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.PortsUsedPercent}%: {f.ConnectMicros:N0}")));
            console.WriteLine($"  connect us as the range fills   {tenths}");
        }

        console.WriteLine();
    }

    private static void Line(IAnsiConsole console, string name, IEnumerable<double> values, string format)
    {
        var numbers = values.ToList();
        var most = numbers.DefaultIfEmpty().Max();
        if (most == 0)
        {
            return;
        }

        var marks = console.Profile.Capabilities.Unicode ? Blocks : Plain;
        var width = Math.Max(20, console.Profile.Width - 34);
        var perCell = (int)Math.Ceiling(numbers.Count / (double)width);
        var cells = numbers.Chunk(perCell).Select(c => c.Max()).Select(v => v == 0 ? marks[0] : marks[1 + (int)Math.Min(7, v / most * 7.999)]);
        console.WriteLine($"  {name,-10} |{string.Concat(cells)}| most {most.ToString(format, CultureInfo.InvariantCulture)}");
    }
}
