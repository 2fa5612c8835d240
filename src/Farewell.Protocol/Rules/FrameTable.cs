using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Rules;

/// <summary>
/// The tables of <c>docs/protocol.md</c> section 6.2: what each frame is in each state. The machines ask these tables and decide nothing
/// of the kind themselves; a test compares them with the document cell by cell.
/// </summary>
public sealed class FrameTable
{
    /// <summary>How many columns a row has.</summary>
    public const int Columns = (int)FrameColumn.Unknown + 1;

    // The order of the columns is that of FrameColumn; a acts, i ignores, v violates.
    //                      Hello Message Ask Answer Refused Cancel Ping Pong Credit Part Dismiss Done Goodbye reserved unknown
    private static readonly Row[] Stayer =
    [
        new(SessionState.Greeting,   "a v v v v v v v v v v v v v v"),
        new(SessionState.Declining,  "a v v v v v v v v v v v v v v"),
        new(SessionState.Open,       "v a a a a a a a a a v a v i v"),
        new(SessionState.Dismissing, "v a a a a a a a a a v a v i v"),
        new(SessionState.Finishing,  "v v v v v v v v v v v v v v v"),
        new(SessionState.Parting,    "v v v v v v v v v v v v v v v"),
        new(SessionState.Expelling,  "i i i i i i i i i i i i i i i"),
        new(SessionState.Ended,      "i i i i i i i i i i i i i i i"),
    ];

    private static readonly Row[] Leaver =
    [
        new(SessionState.Greeting,   "a v v v v v v v v v a v v v v"),
        new(SessionState.Open,       "v a a a a a a a a a a v v i v"),
        new(SessionState.Leaving,    "v a a a a a a a a a a v v i v"),
        new(SessionState.Dismissed,  "v a a a a a a a a a a v v i v"),
        new(SessionState.Waiting,    "v a i a a i i a a a i v a i v"),
        new(SessionState.Released,   "i i i i i i i i i i i i i i i"),
        new(SessionState.Expelling,  "i i i i i i i i i i i i i i i"),
        new(SessionState.Ended,      "i i i i i i i i i i i i i i i"),
    ];

    private readonly Verdict[] _cells;

    private readonly bool[] _discards = new bool[(int)SessionState.Ended + 1];

    private FrameTable(Verdict[] cells)
    {
        _cells = cells;
        for (var state = 0; state < _discards.Length; state++)
        {
            _discards[state] = cells.AsSpan(state * Columns, Columns).IndexOfAnyExcept(Verdict.Ignore) < 0;
        }
    }

    /// <summary>The table of the stayer.</summary>
    public static FrameTable OfStayer { get; } = Parse(Stayer);

    /// <summary>The table of the leaver.</summary>
    public static FrameTable OfLeaver { get; } = Parse(Leaver);

    /// <summary>What a frame is in a state. States that the role does not have answer violation.</summary>
    public Verdict this[SessionState state, FrameColumn column] => _cells[(int)state * Columns + (int)column];

    /// <summary>Whether every frame is ignored in a state: its bytes need not be taken apart.</summary>
    public bool Discards(SessionState state) => _discards[(int)state];

    /// <summary>The table of a role.</summary>
    public static FrameTable Of(Role role) => role == Role.Stayer ? OfStayer : OfLeaver;

    /// <summary>The states a role has, in the order of the document.</summary>
    public static IEnumerable<SessionState> StatesOf(Role role) => (role == Role.Stayer ? Stayer : Leaver).Select(row => row.State);

    /// <summary>The column of a frame type as it stands on the wire.</summary>
    public static FrameColumn ColumnOf(byte type) => type switch
    {
        >= 0x80 => FrameColumn.Reserved,
        >= (byte)FrameType.Hello and <= (byte)FrameType.Goodbye => (FrameColumn)(type - 1),
        _ => FrameColumn.Unknown,
    };

    internal FrameTable With(SessionState state, FrameColumn column, Verdict verdict)
    {
        var cells = (Verdict[])_cells.Clone();
        cells[(int)state * Columns + (int)column] = verdict;
        return new FrameTable(cells);
    }

    private static FrameTable Parse(Row[] rows)
    {
        var cells = new Verdict[((int)SessionState.Ended + 1) * Columns];
        Array.Fill(cells, Verdict.Violation);
        foreach (var row in rows)
        {
            for (var column = 0; column < Columns; column++)
            {
                cells[(int)row.State * Columns + column] = row.Cells[column * 2] switch
                {
                    'a' => Verdict.Act,
                    'i' => Verdict.Ignore,
                    _ => Verdict.Violation,
                };
            }
        }

        return new FrameTable(cells);
    }

    private readonly record struct Row(SessionState State, string Cells);
}
