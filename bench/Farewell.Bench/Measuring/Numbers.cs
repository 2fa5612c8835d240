namespace Farewell.Bench.Measuring;

internal static class Numbers
{
    public static double Median(this IEnumerable<double> numbers)
    {
        var ordered = numbers.Order().ToList();
        return ordered.Count == 0 ? double.NaN : (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
    }

    /// <summary>The greatest of the least quarter.</summary>
    public static double LowerQuartile(this IEnumerable<double> numbers)
    {
        var ordered = numbers.Order().ToList();
        return ordered.Count == 0 ? double.NaN : ordered[(ordered.Count - 1) / 4];
    }
}
