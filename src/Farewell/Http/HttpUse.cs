namespace Farewell.Http;

/// <summary>What a connection was in the midst of when <see cref="HttpClient"/> let it go: it decides whether anything but a FIN is permitted.</summary>
public enum HttpUse : byte
{
    /// <summary>Not HTTP as far as could be seen: upgraded, a tunnel, below a filter that hides it, or against the rules. Only a FIN.</summary>
    Opaque,

    /// <summary>No request was ever written.</summary>
    Unused,

    /// <summary>Every request was answered whole, after it was written whole: the server has read everything.</summary>
    Idle,

    /// <summary>A request without a body was given up: unanswered, or its answer unread to the end.</summary>
    GivenUp,

    /// <summary>
    /// The server may still be reading a request, and may take it for a success: one with a body that was not answered whole after its end. Only a FIN.
    /// </summary>
    Reading,
}
