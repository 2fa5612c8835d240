using System.Globalization;
using TableBench;

// TableBench ways COUNT [LIMIT]       reads so many TIME_WAITs in every way there is, and by the program LIMIT: bench/table
// TableBench watch COUNT COMMAND...   what `COMMAND watch` costs beside so many: bench/watch
switch (args)
{
    case ["ways", var count, .. var limit]:
        Ways.Compare(int.Parse(count, CultureInfo.InvariantCulture), limit is [var program] ? program : null);
        break;
    case ["watch", var count, .. var commands]:
        WatchCost.Measure(int.Parse(count, CultureInfo.InvariantCulture), commands);
        break;
    default:
        throw new ArgumentException("ways COUNT [LIMIT] or watch COUNT COMMAND...: see bench/table and bench/watch.");
}
