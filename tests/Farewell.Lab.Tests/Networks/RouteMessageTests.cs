using Farewell.Lab.Networks.Linux;

namespace Farewell.Lab.Tests.Networks;

public sealed class RouteMessageTests
{
    [Fact]
    public void Message_StatesItsLength_AndPadsEveryAttributeToFourOctets()
    {
        var octets = new RouteMessage(RouteMessage.NewLink, RouteMessage.Create).Link(7).Attribute(3, "ab").Attribute(28, 5).ToSpan().ToArray();

        BitConverter.ToInt32(octets).ShouldBe(octets.Length);
        octets.Length.ShouldBe(16 + 16 + 8 + 8);
        BitConverter.ToUInt16(octets, 32).ShouldBe((ushort)7, "an attribute's length leaves its padding out");
    }

    [Fact]
    public void Nest_SpansWhatIsInside()
    {
        var octets = new RouteMessage(RouteMessage.NewLink, 0).Link().Nest(18, n => n.Attribute(1, "veth")).ToSpan().ToArray();

        BitConverter.ToUInt16(octets, 32).ShouldBe((ushort)16);
        BitConverter.ToUInt16(octets, 34).ShouldBe((ushort)18);
    }
}
