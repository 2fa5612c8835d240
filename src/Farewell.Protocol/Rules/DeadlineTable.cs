namespace Farewell.Protocol.Rules;

/// <summary>Which deadline runs in which state: the second pair of tables of <c>docs/protocol.md</c> section 7.</summary>
public sealed class DeadlineTable
{
    /// <summary>How many deadlines there are.</summary>
    public const int Columns = (int)Deadline.Discard + 1;

    //                      handshake idle ping pong stall confirm refusal grace goodbye parting discard
    private static readonly Row[] Stayer =
    [
        new(SessionState.Greeting,   "y - - - y - - - - - -"),
        new(SessionState.Declining,  "y - - - y - - y - - -"),
        new(SessionState.Open,       "- y y y y y - - - - -"),
        new(SessionState.Dismissing, "- - - y y y y y - - -"),
        new(SessionState.Finishing,  "- - - - y - - y - y -"),
        new(SessionState.Parting,    "- - - - y - - - - y -"),
        new(SessionState.Expelling,  "- - - - - - - - - - y"),
        new(SessionState.Ended,      "- - - - - - - - - - -"),
    ];

    private static readonly Row[] Leaver =
    [
        new(SessionState.Greeting,   "y - - - y - - - - - -"),
        new(SessionState.Open,       "- y y y y y - - - - -"),
        new(SessionState.Leaving,    "- - - y y y y y - - -"),
        new(SessionState.Dismissed,  "- - - y y y y y - - -"),
        new(SessionState.Waiting,    "- - - - y - - - y - -"),
        new(SessionState.Released,   "- - - - - - - - - - -"),
        new(SessionState.Expelling,  "- - - - - - - - - - y"),
        new(SessionState.Ended,      "- - - - - - - - - - -"),
    ];

    private readonly ushort[] _running;

    private DeadlineTable(ushort[] running) => _running = running;

    /// <summary>The table of the stayer.</summary>
    public static DeadlineTable OfStayer { get; } = Parse(Stayer);

    /// <summary>The table of the leaver.</summary>
    public static DeadlineTable OfLeaver { get; } = Parse(Leaver);

    /// <summary>Whether a deadline runs in a state, where its condition holds.</summary>
    public bool this[SessionState state, Deadline deadline] => (_running[(int)state] >> (int)deadline & 1) != 0;

    /// <summary>Those that run in a state, a bit for each <see cref="Deadline"/>.</summary>
    internal uint RunningIn(SessionState state) => _running[(int)state];

    /// <summary>The table of a role.</summary>
    public static DeadlineTable Of(Role role) => role == Role.Stayer ? OfStayer : OfLeaver;

    internal DeadlineTable With(SessionState state, Deadline deadline, bool runs)
    {
        var running = (ushort[])_running.Clone();
        var bit = (ushort)(1 << (int)deadline);
        running[(int)state] = (ushort)(runs ? running[(int)state] | bit : running[(int)state] & ~bit);
        return new DeadlineTable(running);
    }

    private static DeadlineTable Parse(Row[] rows)
    {
        var running = new ushort[(int)SessionState.Ended + 1];
        foreach (var row in rows)
        {
            for (var column = 0; column < Columns; column++)
            {
                running[(int)row.State] |= (ushort)(row.Cells[column * 2] == 'y' ? 1 << column : 0);
            }
        }

        return new DeadlineTable(running);
    }

    private readonly record struct Row(SessionState State, string Cells);
}
