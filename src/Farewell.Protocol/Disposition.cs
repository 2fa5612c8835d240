namespace Farewell.Protocol;

/// <summary>What the carrier is to do with the connection.</summary>
public enum Disposition : byte
{
    /// <summary>Keep it.</summary>
    Stay,

    /// <summary>Close it; the peer's FIN has been read. Nothing is pending.</summary>
    Close,

    /// <summary>Leave: end it by the departure that the application chose. Everything has been read.</summary>
    Depart,

    /// <summary>Reset it.</summary>
    Reset,

    /// <summary>Release it; the peer has reset it.</summary>
    Gone,
}
