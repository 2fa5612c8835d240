namespace Farewell.Tcp.Endings;

/// <summary>
/// Judges how one connection ended from close events in the order seen. This is the one function that decides it: the library, the
/// capture reader, the live wire-tap, the lab and the simulator all feed it.
/// </summary>
public sealed class EndingJudge
{
    private readonly List<CloseEvent> _events = [];

    /// <summary>The verdict on a whole list of evidence.</summary>
    public static Ending Judge(ReadOnlySpan<CloseEvent> evidence, Vantage vantage = Vantage.Unknown, Assumptions assumptions = default)
    {
        var judge = new EndingJudge();
        foreach (ref readonly var item in evidence)
        {
            judge.Observe(item);
        }

        return judge.Verdict(vantage, assumptions);
    }

    /// <summary>Takes one more piece of evidence.</summary>
    public void Observe(in CloseEvent evidence) => _events.Add(evidence);

    /// <summary>The verdict on the evidence so far; it may be asked for at any time, and again after more evidence.</summary>
    public Ending Verdict(Vantage vantage = Vantage.Unknown, Assumptions assumptions = default) => new() { Vantage = vantage };
}
