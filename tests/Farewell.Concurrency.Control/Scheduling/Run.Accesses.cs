namespace Farewell.Concurrency.Control;

/// <summary>Fields that two strands are about to touch at the same time, one of them to change it: nothing orders these two, whatever the interleaving made of it.</summary>
public sealed partial class Run
{
    /// <summary>The statement after the next point touches a field.</summary>
    public static void Touches(object? owner, string field, bool writes)
    {
        if (owner is not null && Worker.Here is { Run.IsFine: true, IsAside: false } worker)
        {
            worker.Strand.Announce(new Access(owner, field, writes));
        }
    }

    /// <summary>The point before a statement.</summary>
    public static void Statement(string where)
    {
        if (Worker.Here is not { Run: { IsFine: true } run, IsAside: false } worker)
        {
            return;
        }

        run.Pass(worker, where);
        foreach (var mine in worker.Strand.Next)
        {
            run.Check(worker.Strand, mine, where);
        }

        worker.Strand.Forget();
    }

    private void Check(Strand me, Access mine, string where)
    {
        foreach (var other in _live)
        {
            if (other == me)
            {
                continue;
            }

            foreach (var theirs in other.Next)
            {
                if ((mine.Writes || theirs.Writes) && ReferenceEquals(mine.Owner, theirs.Owner) && mine.Field == theirs.Field && !_scenario.Allows(mine.Field))
                {
                    Fail($"data race: {mine.Field} is {(mine.Writes ? "written" : "read")} at {where} by {me} and {(theirs.Writes ? "written" : "read")} at {Where(other)} by {other} with nothing in between");
                }
            }
        }
    }
}
