namespace Farewell.Protocol.Exploration;

/// <summary>What can happen in a world.</summary>
internal enum StepKind : byte
{
    Deliver,
    DeliverHalf,
    Accept,
    Drip,
    Send,
    Ask,
    AskNested,
    Cancel,
    Handle,
    Begin,
    Answer,
    Refuse,
    Dismiss,
    Leave,
    Abort,
    Retain,
    Tick,
    Advance,
    Truncate,
    Reset,
    ResetOvertaking,
    Cut,
    Stall,
}

/// <summary>One thing that happens to one side.</summary>
internal readonly record struct Step(StepKind Kind, int Side, int Index = 0)
{
    public override string ToString() => $"{(Side == 0 ? "stayer" : "leaver")} {Kind}{(Index > 0 ? $" {Index}" : "")}";
}
