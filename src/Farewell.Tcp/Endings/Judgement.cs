namespace Farewell.Tcp.Endings;

/// <summary>A judgement in the making: what one kind of evidence says, each side's TIME-WAIT apart.</summary>
internal struct Judgement
{
    public ClosedFirst ClosedFirst;
    public How How;
    public ResetBy ResetBy;
    public ResetAt ResetAt;
    public bool? LocalHolds;
    public bool? RemoteHolds;
    public TimeWaitCut Cut;

    public readonly bool? Holds(Side side) => side == Side.Local ? LocalHolds : RemoteHolds;

    public void SetHolds(Side side, bool? holds)
    {
        if (side == Side.Local)
        {
            LocalHolds = holds;
        }
        else
        {
            RemoteHolds = holds;
        }
    }

    public void NobodyHolds() => (LocalHolds, RemoteHolds) = (false, false);

    public void SetFirst(Side side) => ClosedFirst = side == Side.Local ? ClosedFirst.Local : ClosedFirst.Remote;

    public readonly bool IsFirst(Side side) =>
        ClosedFirst == ClosedFirst.Both || ClosedFirst == (side == Side.Local ? ClosedFirst.Local : ClosedFirst.Remote);

    public void SetResetBy(Side side) => ResetBy = side == Side.Local ? ResetBy.Local : ResetBy.Remote;

    /// <summary>Fills what is unknown here from weaker evidence.</summary>
    public void Fill(in Judgement weaker)
    {
        ClosedFirst = ClosedFirst == ClosedFirst.Unknown ? weaker.ClosedFirst : ClosedFirst;
        How = How == How.Unknown ? weaker.How : How;
        ResetBy = ResetBy is ResetBy.Unknown ? weaker.ResetBy : ResetBy;
        ResetAt = ResetAt is ResetAt.Unknown ? weaker.ResetAt : ResetAt;
        LocalHolds ??= weaker.LocalHolds;
        RemoteHolds ??= weaker.RemoteHolds;
        Cut = Cut == TimeWaitCut.None ? weaker.Cut : Cut;
    }

    public readonly TimeWaitHolder Holder => (LocalHolds, RemoteHolds) switch
    {
        (true, true) => TimeWaitHolder.Both,
        (true, false) => TimeWaitHolder.Local,
        (false, true) => TimeWaitHolder.Remote,
        (false, false) => TimeWaitHolder.None,
        (true, null) when ClosedFirst == ClosedFirst.Local => TimeWaitHolder.Local,
        (null, true) when ClosedFirst == ClosedFirst.Remote => TimeWaitHolder.Remote,
        _ => TimeWaitHolder.Unknown,
    };
}
