using Farewell.Tcp.Endings;

namespace Farewell.Tests.Conformance;

/// <summary>What holds for a session on every carrier: the same facts, on whatever it connects.</summary>
public abstract partial class CarrierConformance : CarrierHarness
{
    /// <summary>Whether the carrier has a TCP connection below, of which both sides report the end.</summary>
    private protected virtual bool IsTcp => true;

    /// <summary>What the two say of one connection does not contradict.</summary>
    private protected void Agree(SessionReport one, SessionReport other)
    {
        if (IsTcp)
        {
            Contradiction.Between(one.Ending, other.Ending.Swap()).ShouldBeEmpty($"{one.Ending} against {other.Ending}");
        }
    }
}
