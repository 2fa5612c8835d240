using Farewell.Observation;

namespace Farewell.Departures;

/// <summary>The chooser of everybody in this process who brings none, so that sessions and HTTP connections to one destination count together.</summary>
internal static class ProcessDepartures
{
    private static readonly Lazy<DepartureChooser> Lazy = new(static () => new DepartureChooser(table: TryOpenTable()));

    public static DepartureChooser Chooser => Lazy.Value;

    private static IConnectionTable? TryOpenTable()
    {
        try
        {
            return ConnectionTable.Open();
        }
        catch (ObservationException)
        {
            return null;
        }
    }
}
