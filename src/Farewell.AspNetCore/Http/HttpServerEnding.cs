namespace Farewell.AspNetCore;

/// <summary>How the server ends a connection that its client has not left.</summary>
public enum HttpServerEnding
{
    /// <summary>A FIN, as Kestrel itself does: loses nothing, and the server holds a TIME_WAIT.</summary>
    Fin,

    /// <summary>
    /// A FIN, and an RST once it is acknowledged: nobody holds a TIME_WAIT. Linux; where the kernel has no such thing it is a FIN. A Windows client drops at the RST what it has
    /// received and not yet read.
    /// </summary>
    UnheldFin,

    /// <summary>An RST: nobody holds a TIME_WAIT, and the client sees an error. Never over octets that are not acknowledged; those get a FIN.</summary>
    Reset,
}
