namespace Farewell.Protocol.Rules;

/// <summary>What a frame is in a state.</summary>
public enum Verdict : byte
{
    /// <summary>It has its effect.</summary>
    Act,

    /// <summary>It is read and has no effect.</summary>
    Ignore,

    /// <summary>Its sender must not have sent it.</summary>
    Violation,
}
