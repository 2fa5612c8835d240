namespace Farewell.Http;

/// <summary>
/// Which departures a connection's use permits. Whatever is not a plain FIN can cost octets that were written and not yet read: on Windows an RST discards what lies unread, and anywhere what
/// was not acknowledged is not sent again. So it is for connections on which nothing of that can matter to anybody.
/// </summary>
internal static class Permitted
{
    /// <summary>What was asked for, or a FIN.</summary>
    public static Departures.Departure Departure(Departures.Departure asked, HttpUse use, bool requestsAcknowledged) => use switch
    {
        HttpUse.Unused => asked,
        HttpUse.Idle or HttpUse.GivenUp when requestsAcknowledged => asked,
        _ => Departures.Departure.Fin,
    };
}
