namespace Farewell.Protocol.Sessions;

/// <summary>
/// The messages dropped before they were begun, as gaps in the numbers: what the peer counts is only what was sent. Messages are begun and dropped in the order of their numbers, so a gap lies behind
/// everything begun.
/// </summary>
internal sealed class Gaps
{
    // Those behind everything delivered are kept for questions only.
    private const int Remembered = 1024;

    private readonly List<Gap> _gaps = [];
    private uint _forgotten;

    /// <summary>Notes a drop.</summary>
    /// <param name="number">The message's number.</param>
    /// <param name="begun">How many messages were begun before.</param>
    /// <param name="delivered">How many were delivered.</param>
    public void Add(uint number, uint begun, uint delivered)
    {
        if (_gaps is [.., var last] && last.Begun == begun)
        {
            _gaps[^1] = last with { Last = number };
            return;
        }

        if (_gaps.Count >= Remembered && _gaps[1].Begun < delivered)
        {
            _forgotten = _gaps[0].Last;
            _gaps.RemoveAt(0);
        }

        _gaps.Add(new Gap(begun, number, number));
    }

    /// <summary>The number of a message that was sent.</summary>
    /// <param name="sent">The how manyth it was, from 1; 0 gives 0.</param>
    public uint NumberOf(uint sent)
    {
        for (var i = _gaps.Count - 1; i >= 0; i--)
        {
            if (_gaps[i].Begun < sent)
            {
                return _gaps[i].Last + sent - _gaps[i].Begun;
            }
        }

        return sent;
    }

    public bool Contains(uint number)
    {
        var (low, high) = (0, _gaps.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _gaps[middle].Last < number ? (middle + 1, high) : (low, middle);
        }

        return number != 0 && (number <= _forgotten || (low < _gaps.Count && _gaps[low].First <= number));
    }

    public Gaps Clone()
    {
        var clone = new Gaps { _forgotten = _forgotten };
        clone._gaps.AddRange(_gaps);
        return clone;
    }

    public void AddTo(ref StateHash hash)
    {
        foreach (var gap in _gaps)
        {
            hash.Add(gap.Begun | (long)gap.First << 32);
            hash.Add(gap.Last);
        }
    }

    /// <summary>Consecutive numbers dropped.</summary>
    /// <param name="Begun">How many messages were begun before it.</param>
    /// <param name="First">The first of them.</param>
    /// <param name="Last">The last of them.</param>
    private readonly record struct Gap(uint Begun, uint First, uint Last);
}
