namespace Farewell.Departures;

/// <summary>
/// The TIME_WAITs towards one destination: those this process left, by slots of time, and what the kernel's table last said. Its user locks it.
/// </summary>
internal sealed class DepartureRing
{
    /// <summary>How many slots there are: a TIME_WAIT's own, in which it may have begun at any time, and <see cref="Span"/> more.</summary>
    public const int Slots = 64;

    /// <summary>How many slots a TIME_WAIT's length is divided into.</summary>
    public const int Span = Slots - 1;

    private readonly int[] _left = new int[Slots];
    private long _newest = -Slots;
    private int _sum;
    private int _kernel;
    private long _kernelUntil = long.MinValue;
    private int _sinceKernel;
    private int _underWay;

    /// <summary>Whether it was given up for want of TIME_WAITs, and another one stands for the destination.</summary>
    public bool IsRetired { get; set; }

    /// <summary>What a walk through the kernel's table has found so far; its walker's alone.</summary>
    public int Tally { get; set; }

    /// <summary>
    /// How many there are: as the kernel said, and those since; once that is a whole TIME_WAIT old, or if it never said, as this process knows.
    /// </summary>
    public int Count(long slot)
    {
        Advance(slot);
        return slot <= _kernelUntil ? _kernel + _sinceKernel : _sum;
    }

    /// <summary>Adds one that is about to end, until <see cref="Settle"/>.</summary>
    public void Add(long slot)
    {
        Advance(slot);
        _underWay++;
        _left[slot % Slots]++;
        _sum++;
        _sinceKernel++;
    }

    /// <summary>One has ended; takes the youngest back if no TIME_WAIT came of it.</summary>
    public void Settle(long slot, bool isHeld)
    {
        Advance(slot);
        _underWay = Math.Max(0, _underWay - 1);
        if (isHeld)
        {
            return;
        }

        _sinceKernel = Math.Max(0, _sinceKernel - 1);
        for (var back = 0; back < Slots && _sum > 0; back++)
        {
            ref var left = ref _left[(slot - back + Slots) % Slots];
            if (left > 0)
            {
                left--;
                _sum--;
                return;
            }
        }
    }

    /// <summary>Takes over what the kernel's table says; good until a slot, at the longest.</summary>
    public void Correct(int kernel, long until)
    {
        // What is under way is in nobody's table yet. What was never settled, by a fault of its owner's, is forgotten with its slot.
        (_kernel, _kernelUntil, _sinceKernel) = (kernel, until, Math.Min(_underWay, _sum));
    }

    private void Advance(long slot)
    {
        if (slot - Slots >= _newest)
        {
            Array.Clear(_left);
            (_sum, _newest) = (0, slot);
            return;
        }

        // The slot that becomes the newest held what is now too old.
        while (_newest < slot)
        {
            ref var oldest = ref _left[++_newest % Slots];
            _sum -= oldest;
            oldest = 0;
        }
    }
}
