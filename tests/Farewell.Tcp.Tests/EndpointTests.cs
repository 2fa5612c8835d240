using System.Net;

namespace Farewell.Tcp.Tests;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("10.0.0.1:80", "10.0.0.1:80")]
    [InlineData("[::1]:443", "[::1]:443")]
    [InlineData("[2001:db8::7]:65535", "[2001:db8::7]:65535")]
    [InlineData("[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.1]:80")]
    public void From_KeepsAddressAndPort(string text, string shown)
    {
        var endpoint = Endpoint.From(IPEndPoint.Parse(text));

        endpoint.ToString().ShouldBe(shown);
        endpoint.ToIPEndPoint().ShouldBe(IPEndPoint.Parse(text));
    }

    [Fact]
    public void Unmap_MakesAMappedAddressEqualToItsIPv4One()
    {
        var mapped = Endpoint.From(IPEndPoint.Parse("[::ffff:10.0.0.1]:80"));
        var plain = Endpoint.From(IPEndPoint.Parse("10.0.0.1:80"));

        mapped.ShouldNotBe(plain);
        mapped.Unmap().ShouldBe(plain);
        plain.Unmap().ShouldBe(plain);
    }

    [Fact]
    public void FromNetworkOrder_RefusesOtherLengths() =>
        Should.Throw<ArgumentException>(() => Endpoint.FromNetworkOrder(new byte[5], 1)).Message.ShouldContain("not 5");
}
