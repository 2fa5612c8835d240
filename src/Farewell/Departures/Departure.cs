namespace Farewell.Departures;

/// <summary>How a leaver ends TCP once it may.</summary>
public enum Departure : byte
{
    /// <summary>
    /// <see cref="Fin"/> while the TIME_WAITs towards the destination are below a tenth of its port budget, beyond it <see cref="UnheldFin"/> where the
    /// kernel offers it, else <see cref="Reset"/>.
    /// </summary>
    Auto,

    /// <summary>A FIN and a drain: loses nothing, and keeps one port towards the destination for a TIME_WAIT.</summary>
    Fin,

    /// <summary>A FIN, then an RST once it is acknowledged: no TIME_WAIT. Linux only.</summary>
    UnheldFin,

    /// <summary>An RST: no TIME_WAIT, and nothing is retransmitted.</summary>
    Reset,
}
