using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Linux;
using Farewell.Tcp;

namespace Farewell.Engine;

/// <summary>Linux's <c>struct sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
[SupportedOSPlatform("linux")]
internal static class SocketAddress
{
    /// <summary>Octets that either fits into: sizeof(struct sockaddr_in6).</summary>
    public const int Size = 28;

    /// <summary>An address as the kernel wrote it; the default if it is neither.</summary>
    public static Endpoint Read(ReadOnlySpan<byte> address) => (address.IsEmpty ? 0 : MemoryMarshal.Read<ushort>(address)) switch
    {
        Libc.AF_INET when address.Length >= 8 => Endpoint.FromNetworkOrder(address[4..8], BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
        Libc.AF_INET6 when address.Length >= 24 => Endpoint.FromNetworkOrder(address[8..24], BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
        _ => default,
    };

    /// <summary>Writes an address as the kernel wants it.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="scope">The interface of a link-local IPv6 address; 0 for none.</param>
    /// <param name="address">At least <see cref="Size"/> octets.</param>
    /// <returns>How many octets were written.</returns>
    public static uint Write(Endpoint endPoint, uint scope, Span<byte> address)
    {
        address.Clear();
        MemoryMarshal.Write(address, (ushort)(endPoint.IsIPv6 ? Libc.AF_INET6 : Libc.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], endPoint.Port);
        _ = endPoint.WriteNetworkOrder(address[(endPoint.IsIPv6 ? 8 : 4)..]);
        if (endPoint.IsIPv6)
        {
            MemoryMarshal.Write(address[24..], scope);
        }

        return endPoint.IsIPv6 ? 28u : 16u;
    }

    /// <summary>The own address of a socket; null if it has none any more.</summary>
    public static Endpoint? LocalOf(int descriptor)
    {
        Span<byte> address = stackalloc byte[Size];
        var octets = (uint)Size;
        return Libc.GetLocalAddress(descriptor, address, ref octets) < 0 ? null : Read(address[..(int)octets]);
    }

    /// <summary>The address of a socket's peer; null if it has none any more.</summary>
    public static Endpoint? RemoteOf(int descriptor)
    {
        Span<byte> address = stackalloc byte[Size];
        var octets = (uint)Size;
        return Libc.GetRemoteAddress(descriptor, address, ref octets) < 0 ? null : Read(address[..(int)octets]);
    }
}
