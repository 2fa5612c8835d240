namespace Farewell.Tool.Watch;

/// <summary>Numbers as a line of blocks, the newest at the right.</summary>
internal static class Sparkline
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";

    /// <summary>The last <paramref name="width"/> values against the greatest of them.</summary>
    public static string Of(IEnumerable<double> values, int width)
    {
        var last = values.TakeLast(Math.Max(0, width)).ToList();
        var most = last.Count == 0 ? 0 : last.Max();
        return string.Concat(last.Select(v => most <= 0 || v <= 0 ? Blocks[0] : Blocks[Math.Clamp((int)Math.Ceiling(v / most * 8), 1, 8)])).PadLeft(Math.Max(0, width));
    }

    /// <summary>A bar filled to a share of its width, with a mark at another.</summary>
    public static string Bar(double share, double mark, int width)
    {
        var filled = (int)Math.Round(Math.Clamp(share, 0, 1) * width);
        var at = Math.Clamp((int)(Math.Clamp(mark, 0, 1) * width), 0, width - 1);
        return string.Create(width, (filled, at), static (bar, state) =>
        {
            for (var cell = 0; cell < bar.Length; cell++)
            {
                bar[cell] = cell == state.at ? '|' : cell < state.filled ? '█' : '·';
            }
        });
    }
}
