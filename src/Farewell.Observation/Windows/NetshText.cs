using System.Globalization;

namespace Farewell.Observation.Windows;

/// <summary>Reads what <c>netsh</c> prints, in whatever language it does: by its numbers alone.</summary>
internal static class NetshText
{
    /// <summary><c>show dynamicport</c>: the first port and how many there are; as "49152 65535", first and last. Null when it makes no sense.</summary>
    public static string? Range(string text) =>
        Lines(text).Select(line => line.Split(':') is [_, var value] ? Number(value.Trim()) : null).OfType<int>().ToArray() is [var first and > 0, var count and > 0]
        && first + count - 1 <= ushort.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{first} {first + count - 1}")
            : null;

    /// <summary><c>show excludedportrange</c>: first and last port of each line, as Linux writes reserved ports ("5357,49670-49769"); empty when there are none.</summary>
    public static string Ranges(string text) => string.Join(',', Lines(text)
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Select(words => words is [var first, var last, ..] && Number(first) is { } from and > 0 && Number(last) is { } to && from <= to && to <= ushort.MaxValue ? (from, to) : default)
        .Where(range => range.from > 0)
        .Select(range => range.from == range.to
            ? range.from.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{range.from}-{range.to}")));

    private static string[] Lines(string text) => text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static int? Number(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
