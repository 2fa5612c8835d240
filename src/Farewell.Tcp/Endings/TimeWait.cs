namespace Farewell.Tcp.Endings;

/// <summary>Who was left holding TIME-WAIT.</summary>
public enum TimeWaitHolder : byte
{
    /// <summary>The evidence does not tell.</summary>
    Unknown,

    /// <summary>Neither side.</summary>
    None,

    /// <summary>The vantage's own side.</summary>
    Local,

    /// <summary>The other side.</summary>
    Remote,

    /// <summary>Both sides, after crossing FINs.</summary>
    Both,
}

/// <summary>What ended a TIME-WAIT before its time.</summary>
public enum TimeWaitCut : byte
{
    /// <summary>Nothing that this vantage has seen.</summary>
    None,

    /// <summary>A reset that fitted its window exactly (RFC 1337 section 2).</summary>
    Assassination,

    /// <summary>A new connection took the four-tuple (RFC 9293 section 3.6.1, MAY-2; RFC 6191).</summary>
    Reuse,

    /// <summary>It was never kept: the kernel's limit of TIME-WAITs was reached (Linux <c>tcp_max_tw_buckets</c>).</summary>
    Overflow,

    /// <summary>It was cut short and the evidence does not tell by what.</summary>
    Unknown,
}

/// <summary>The TIME-WAIT that an ending left behind.</summary>
/// <param name="Holder">Who holds it, or held it if it was cut short.</param>
/// <param name="Until">When it expires, on the vantage's clock; null when nobody holds it or its length is not known.</param>
/// <param name="Cut">What cut it short.</param>
public readonly record struct TimeWait(TimeWaitHolder Holder, TimeSpan? Until = null, TimeWaitCut Cut = TimeWaitCut.None)
{
    /// <summary>Nothing is known of a TIME-WAIT.</summary>
    public static TimeWait Unknown => new(TimeWaitHolder.Unknown);

    /// <summary>Nobody holds a TIME-WAIT.</summary>
    public static TimeWait None => new(TimeWaitHolder.None);
}
