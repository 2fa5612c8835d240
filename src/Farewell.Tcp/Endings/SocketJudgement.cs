namespace Farewell.Tcp.Endings;

/// <summary>The part of the judgement that rests on what sockets and kernels reported.</summary>
internal static class SocketJudgement
{
    public static Judgement Of(in SocketRecord local, in SocketRecord remote)
    {
        var one = OfSide(Side.Local, local);
        var other = OfSide(Side.Remote, remote);

        // The side that learnt of the harsher end knows more: a reset is told to one side only.
        var judgement = Rank(one.How) >= Rank(other.How) ? one : other;
        judgement.Fill(Rank(one.How) >= Rank(other.How) ? other : one);
        ByTable(ref judgement, Side.Local, local);
        ByTable(ref judgement, Side.Remote, remote);
        return judgement;
    }

    private static int Rank(How how) => how switch
    {
        How.Refused => 4,
        How.TimedOut => 3,
        How.Reset => 2,
        How.Orderly => 1,
        _ => 0,
    };

    private static Judgement OfSide(Side side, in SocketRecord own)
    {
        var judgement = new Judgement();
        if (own.Refused)
        {
            judgement.How = How.Refused;
            judgement.SetResetBy(side.Other());
            judgement.ResetAt = ResetAt.Before;
            judgement.ClosedFirst = ClosedFirst.None;
            judgement.NobodyHolds();
            return judgement;
        }

        var ownFinFirst = own.Closed != 0 && (own.EndOfStream == 0 || own.Closed < own.EndOfStream);
        if (own.EndOfStream != 0 && !ownFinFirst)
        {
            judgement.SetFirst(side.Other());
            judgement.SetHolds(side, false);
        }

        if (own.TimedOut)
        {
            judgement.How = How.TimedOut;
        }
        else if (own.ResetSeen != 0)
        {
            judgement.How = How.Reset;
            judgement.SetResetBy(side.Other());
            judgement.NobodyHolds();
            if (own.EndOfStream != 0)
            {
                judgement.ResetAt = ResetAt.Between;
            }
            else if (own.Closed == 0 || own.Closed > own.ResetSeen)
            {
                judgement.ResetAt = ResetAt.Before;
                judgement.ClosedFirst = ClosedFirst.None;
            }
        }
        else if (own.Aborted != 0 && (own.Closed == 0 || own.Aborted < own.Closed))
        {
            judgement.How = How.Reset;
            judgement.SetResetBy(side);
            judgement.ResetAt = own.EndOfStream != 0 && own.EndOfStream < own.Aborted ? ResetAt.Between : ResetAt.Unknown;
            judgement.NobodyHolds();
        }
        else if (own.EndOfStream != 0 && own.Closed != 0)
        {
            judgement.How = How.Orderly;
        }

        return judgement;
    }

    private static void ByTable(ref Judgement judgement, Side side, in SocketRecord own)
    {
        if (own.SawTimeWait || own.Overflow)
        {
            judgement.SetHolds(side, true);
            judgement.Cut = own.Overflow ? TimeWaitCut.Overflow : judgement.Cut;
        }
        else if (own.LastState == TcpState.Closed)
        {
            judgement.SetHolds(side, false);
        }

        if (judgement.ClosedFirst == ClosedFirst.Unknown)
        {
            if (own.SawClosing)
            {
                judgement.ClosedFirst = ClosedFirst.Both;
            }
            else if (own.SawPassiveClose)
            {
                judgement.SetFirst(side.Other());
            }
        }
    }
}
