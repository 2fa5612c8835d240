namespace Farewell.Tcp.Endings;

/// <summary>One field in which two endings of the same connection cannot both be right.</summary>
/// <param name="Field">The field's name in the vocabulary: closedFirst, how, resetBy, resetAt or timeWait.</param>
/// <param name="One">What the one says.</param>
/// <param name="Other">What the other says.</param>
public readonly record struct Contradiction(string Field, string One, string Other)
{
    /// <summary>Everything in which <paramref name="one"/> and <paramref name="other"/> contradict each other. Unknown contradicts
    /// nothing, nor does what one has merely not seen: no reset, no FIN yet on an open connection, a TIME-WAIT that was cut short.</summary>
    public static IReadOnlyList<Contradiction> Between(Ending one, Ending other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        List<Contradiction> found = [];
        var eitherOpen = one.How == How.Open || other.How == How.Open;

        void Check<T>(string field, T left, T right, bool counts)
            where T : struct, Enum
        {
            if (counts && !left.Equals(right))
            {
                found.Add(new Contradiction(field, left.ToString(), right.ToString()));
            }
        }

        Check("closedFirst", one.ClosedFirst, other.ClosedFirst,
            one.ClosedFirst != ClosedFirst.Unknown && other.ClosedFirst != ClosedFirst.Unknown
            && !(one.How == How.Open && one.ClosedFirst == ClosedFirst.None)
            && !(other.How == How.Open && other.ClosedFirst == ClosedFirst.None));
        Check("how", one.How, other.How, one.How != How.Unknown && other.How != How.Unknown && !eitherOpen);
        Check("resetBy", one.ResetBy, other.ResetBy, IsSide(one.ResetBy) && IsSide(other.ResetBy));
        Check("resetAt", one.ResetAt, other.ResetAt, one.ResetAt > ResetAt.None && other.ResetAt > ResetAt.None);
        Check("timeWait", one.TimeWait.Holder, other.TimeWait.Holder,
            one.TimeWait.Holder != TimeWaitHolder.Unknown && other.TimeWait.Holder != TimeWaitHolder.Unknown && !eitherOpen
            && one.TimeWait.Cut == TimeWaitCut.None && other.TimeWait.Cut == TimeWaitCut.None);
        return found;
    }

    private static bool IsSide(ResetBy by) => by is ResetBy.Local or ResetBy.Remote;

    /// <summary>The contradiction in a line.</summary>
    public override string ToString() => $"{Field}: {One} against {Other}";
}
