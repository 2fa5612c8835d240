namespace Farewell.Listening;

/// <summary>How the kernel ends the accepted connections of a process that is killed.</summary>
public enum CrashEnding : byte
{
    /// <summary>With a FIN each, behind everything sent before: the TIME_WAITs are this host's.</summary>
    Fin,

    /// <summary>With an RST each: no TIME_WAIT, and what was not sent is dropped. Linux only, where accepted sockets inherit the listener's linger.</summary>
    Reset,
}
