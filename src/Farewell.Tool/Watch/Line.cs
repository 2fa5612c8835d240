using Spectre.Console;

namespace Farewell.Tool.Watch;

/// <summary>One line of a frame. Every character of it is one cell wide.</summary>
internal sealed record Line(string Text, Style Style)
{
    public static Line Empty { get; } = new("", Style.Plain);

    /// <summary>The same, cut to a width; a line in inverse colours is filled up to it.</summary>
    public Line Fit(int width) => this with
    {
        Text = Text.Length > width ? Text[..Math.Max(0, width)] : Style.Decoration.HasFlag(Decoration.Invert) ? Text.PadRight(width) : Text,
    };
}
