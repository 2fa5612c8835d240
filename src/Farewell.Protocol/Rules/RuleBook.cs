namespace Farewell.Protocol.Rules;

/// <summary>All rules a machine goes by. Only the mutation check ever makes another than <see cref="Of"/> gives.</summary>
internal sealed record RuleBook(FrameTable Frames, DeadlineTable Deadlines)
{
    private static readonly RuleBook Stayer = new(FrameTable.OfStayer, DeadlineTable.OfStayer);
    private static readonly RuleBook Leaver = new(FrameTable.OfLeaver, DeadlineTable.OfLeaver);

    public static RuleBook Of(Role role) => role == Role.Stayer ? Stayer : Leaver;
}
