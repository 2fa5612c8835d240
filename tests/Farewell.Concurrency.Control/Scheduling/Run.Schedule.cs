using System.Text;

namespace Farewell.Concurrency.Control;

/// <summary>What ran, in order.</summary>
public sealed partial class Run
{
    private readonly List<(Strand Strand, string Where)> _passed = [];

    /// <summary>The schedule as text: a line for each stretch that one strand ran.</summary>
    /// <param name="last">How many lines of the end.</param>
    /// <param name="isWhole">A line for each point instead.</param>
    public string Schedule(int last = 60, bool isWhole = false)
    {
        var lines = new List<string>();
        for (var i = 0; i < _passed.Count;)
        {
            var (strand, first) = _passed[i];
            var from = i;
            do
            {
                i++;
            }
            while (!isWhole && i < _passed.Count && _passed[i].Strand == strand);

            var end = _passed[i - 1].Where;
            lines.Add($"  {from,6}  {strand,-28} {(first == end ? first : $"{first} .. {end}")}");
        }

        var text = new StringBuilder();
        if (lines.Count > last)
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"  ({lines.Count - last} stretches before)");
        }

        foreach (var line in lines.TakeLast(last))
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }

    /// <summary>A number that tells schedules apart.</summary>
    public ulong Fingerprint()
    {
        var hash = 14695981039346656037UL;
        foreach (var (strand, where) in _passed)
        {
            hash = (hash ^ (uint)strand.Number) * 1099511628211UL;
            foreach (var letter in where)
            {
                hash = (hash ^ letter) * 1099511628211UL;
            }
        }

        return hash;
    }

    private void Note(Strand strand, string where) => _passed.Add((strand, where));

    private string Where(Strand strand) => _passed.FindLast(passed => passed.Strand == strand).Where ?? "its beginning";
}
