namespace Farewell.Protocol.Sessions;

/// <summary>The messages received and not handled: what each cost, and how far the handlers have returned without a gap.</summary>
internal sealed class Intake
{
    private const uint DoneBit = 1u << 31;

    private uint[] _costs = new uint[4];

    /// <summary>Messages received whole.</summary>
    public uint Received { get; private set; }

    /// <summary>Messages handled, from the first without a gap.</summary>
    public uint Handled { get; private set; }

    /// <summary>The cost of handled messages that no Credit has returned.</summary>
    public uint Returnable { get; private set; }

    /// <summary>Messages handled, as the peer was last told.</summary>
    public uint Reported { get; private set; }

    /// <summary>Since when the peer is to be told of something, while <see cref="HasUnreported"/>.</summary>
    public TimeSpan UnreportedSince { get; private set; }

    public bool HasUnreported => Returnable > 0 || Handled != Reported;

    public bool AllHandled => Handled == Received;

    public uint Add(uint cost)
    {
        var open = (int)(Received - Handled);
        if (open == _costs.Length)
        {
            var grown = new uint[_costs.Length * 2];
            for (var number = Handled + 1; number != Received + 1; number++)
            {
                grown[number & (uint)(grown.Length - 1)] = At(number);
            }

            _costs = grown;
        }

        At(++Received) = cost;
        return Received;
    }

    /// <summary>Notes that the handler of a message returned.</summary>
    /// <returns>False if there is no such message in hand.</returns>
    public bool Finish(uint number, TimeSpan now)
    {
        UnreportedSince = HasUnreported ? UnreportedSince : now;
        if (number - Handled - 1 >= Received - Handled || (At(number) & DoneBit) != 0)
        {
            return false;
        }

        At(number) |= DoneBit;
        while (Handled != Received && (At(Handled + 1) & DoneBit) != 0)
        {
            Handled++;
            Returnable += At(Handled) & ~DoneBit;
        }

        return true;
    }

    /// <summary>Gives back the memory of the last burst.</summary>
    public void Trim() => _costs = AllHandled ? new uint[4] : _costs;

    /// <summary>Messages handled, which the peer is told now.</summary>
    public uint Report() => Reported = Handled;

    public uint TakeReturnable()
    {
        var cost = Returnable;
        Returnable = 0;
        return cost;
    }

    public Intake Clone()
    {
        var clone = (Intake)MemberwiseClone();
        clone._costs = (uint[])_costs.Clone();
        return clone;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(Received | (long)Handled << 32);
        hash.Add(Returnable | (long)Reported << 32);
        for (var number = Handled + 1; number != Received + 1; number++)
        {
            hash.Add(At(number));
        }
    }

    private ref uint At(uint number) => ref _costs[number & (uint)(_costs.Length - 1)];
}
