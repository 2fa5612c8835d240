namespace Farewell.Engine;

/// <summary>Something that an <see cref="EventLoop"/> serves. Both members are called on the loop's thread, which they must not keep.</summary>
internal interface ILoopEntry
{
    /// <summary>The descriptor is ready. Told once for each change if it is watched for edges.</summary>
    void Ready(Readiness readiness);

    /// <summary>What <see cref="EventLoop.Post"/> asked for.</summary>
    void Called(LoopCall call);
}

/// <summary>What an entry is called for.</summary>
internal enum LoopCall : byte
{
    /// <summary>Be watched from now on.</summary>
    Start,

    /// <summary>Go on reading.</summary>
    Resume,

    /// <summary>Tell of a loss that a send found.</summary>
    Lose,

    /// <summary>End the connection.</summary>
    End,

    /// <summary>Be served no longer: the descriptor is closed.</summary>
    Release,

    /// <summary>A time has come.</summary>
    Deadline,
}
