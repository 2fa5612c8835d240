using Farewell.Observation.Linux;

namespace Farewell.Observation.Tests.Linux;

public sealed class KernelStateTests
{
    [Theory]
    [InlineData(TcpStates.None, 0u)]
    [InlineData(TcpStates.Established, 1u << 1)]
    [InlineData(TcpStates.SynReceived, (1u << 3) | (1u << 12))]
    [InlineData(TcpStates.FinWait2, 1u << 5)]
    [InlineData(TcpStates.TimeWait, 1u << 6)]
    [InlineData(TcpStates.Closed, (1u << 7) | (1u << 13))]
    [InlineData(TcpStates.Listen, 1u << 10)]
    [InlineData(TcpStates.All, 0x3ffeu)]
    public void ToMask_UsesTheKernelsNumbers(TcpStates states, uint mask) => KernelState.ToMask(states).ShouldBe(mask);
}
