namespace Farewell.Tcp.Endings;

/// <summary>
/// How one TCP connection ended, as far as one vantage can know. Every field may be unknown.
/// Two endings of the same connection are compared with <see cref="Contradiction.Between"/>, never with equality: what one vantage
/// does not know is no contradiction.
/// </summary>
public sealed record Ending
{
    /// <summary>Whose view this is.</summary>
    public Vantage Vantage { get; init; }

    /// <summary>Who closed first.</summary>
    public ClosedFirst ClosedFirst { get; init; }

    /// <summary>How the connection ended.</summary>
    public How How { get; init; }

    /// <summary>Who sent the reset that counted.</summary>
    public ResetBy ResetBy { get; init; }

    /// <summary>Where that reset stands among the FINs.</summary>
    public ResetAt ResetAt { get; init; }

    /// <summary>The TIME-WAIT it left.</summary>
    public TimeWait TimeWait { get; init; }

    /// <summary>Whether data was seen from a side after the other side's FIN: a half-closed connection that was used.</summary>
    public bool DataAfterFin { get; init; }

    /// <summary>Whether the beginning of the connection was seen.</summary>
    public bool BeginSeen { get; init; }

    /// <summary>The segments and socket events that the judgement rests on, in the order seen.</summary>
    public IReadOnlyList<CloseEvent> Evidence { get; init; } = [];

    /// <summary>The same ending seen from the other side.</summary>
    public Ending Swap() => this with
    {
        ClosedFirst = ClosedFirst switch { ClosedFirst.Local => ClosedFirst.Remote, ClosedFirst.Remote => ClosedFirst.Local, var same => same },
        ResetBy = ResetBy switch { ResetBy.Local => ResetBy.Remote, ResetBy.Remote => ResetBy.Local, var same => same },
        TimeWait = TimeWait with
        {
            Holder = TimeWait.Holder switch
            {
                TimeWaitHolder.Local => TimeWaitHolder.Remote,
                TimeWaitHolder.Remote => TimeWaitHolder.Local,
                var same => same,
            },
        },
        Evidence = [.. Evidence.Select(e => e.Swap())],
    };
}
