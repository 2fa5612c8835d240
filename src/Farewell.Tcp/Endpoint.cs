using System.Net;
using System.Net.Sockets;

namespace Farewell.Tcp;

/// <summary>An address and a port as a value: nothing is allocated to hold, compare or hash one.</summary>
public readonly struct Endpoint : IEquatable<Endpoint>
{
    private readonly ulong _high;
    private readonly ulong _low;

    private Endpoint(ulong high, ulong low, ushort port, bool isIPv6)
    {
        _high = high;
        _low = low;
        Port = port;
        IsIPv6 = isIPv6;
    }

    /// <summary>The port, 0 to 65,535.</summary>
    public ushort Port { get; }

    /// <summary>Whether the address is IPv6; an IPv4-mapped address is IPv6 until <see cref="Unmap"/>.</summary>
    public bool IsIPv6 { get; }

    /// <summary>Whether the address is IPv6 and stands for an IPv4 one (::ffff:a.b.c.d).</summary>
    public bool IsIPv4Mapped => IsIPv6 && _high == 0 && _low >> 32 == 0xffff;

    /// <summary>An endpoint from an address in network order: 4 octets for IPv4, 16 for IPv6.</summary>
    /// <exception cref="ArgumentException">The address is neither 4 nor 16 octets long.</exception>
    public static Endpoint FromNetworkOrder(ReadOnlySpan<byte> address, ushort port) => address.Length switch
    {
        4 => new(0, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address), port, false),
        16 => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(address),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port, true),
        _ => throw new ArgumentException($"An address has 4 or 16 octets, not {address.Length}.", nameof(address)),
    };

    /// <summary>An endpoint from .NET's own type; the scope of a link-local address is dropped.</summary>
    public static Endpoint From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> octets = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(octets, out var written);
        return FromNetworkOrder(octets[..written], (ushort)endPoint.Port);
    }

    /// <summary>Writes the address in network order and returns its length, 4 or 16.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int WriteNetworkOrder(Span<byte> destination)
    {
        if (!IsIPv6)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return 4;
        }

        if (destination.Length < 16)
        {
            throw new ArgumentException("An IPv6 address needs 16 octets.", nameof(destination));
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        return 16;
    }

    /// <summary>The IPv4 endpoint an IPv4-mapped one stands for; any other is returned as it is.</summary>
    public Endpoint Unmap() => IsIPv4Mapped ? new(0, (uint)_low, Port, false) : this;

    /// <summary>The same address with another port; 0 stands for the address alone.</summary>
    public Endpoint WithPort(ushort port) => new(_high, _low, port, IsIPv6);

    /// <summary>Whether the address is 0.0.0.0 or ::, which stands for any address of this host.</summary>
    public bool IsAnyAddress => _high == 0 && _low == 0;

    /// <summary>Whether the address never leaves the host: 127.0.0.0/8, ::1, or 127.0.0.0/8 mapped into IPv6.</summary>
    public bool IsLoopback => IsIPv6 && !IsIPv4Mapped ? _high == 0 && _low == 1 : (uint)_low >> 24 == 127;

    /// <summary>The same endpoint as .NET's own type (allocates).</summary>
    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> octets = stackalloc byte[16];
        return new IPEndPoint(new IPAddress(octets[..WriteNetworkOrder(octets)]), Port);
    }

    /// <inheritdoc/>
    public bool Equals(Endpoint other) =>
        _low == other._low && _high == other._high && Port == other.Port && IsIPv6 == other.IsIPv6;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Endpoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, Port, IsIPv6);

    /// <summary>
    /// A hash that costs a few instructions, for caches that survive collisions: unlike <see cref="GetHashCode"/> it is the same in every process,
    /// so that whoever chooses addresses can make them collide.
    /// </summary>
    public uint QuickHash => (uint)((((_low ^ _high) + ((ulong)Port << 32)) * 0x9E3779B97F4A7C15UL) >> 32);

    /// <summary>Whether two endpoints have the same address, whatever their ports.</summary>
    public bool HasAddressOf(in Endpoint other) => _low == other._low && _high == other._high && IsIPv6 == other.IsIPv6;

    /// <summary>Whether two endpoints are the same address family, address and port.</summary>
    public static bool operator ==(Endpoint left, Endpoint right) => left.Equals(right);

    /// <summary>Whether two endpoints differ.</summary>
    public static bool operator !=(Endpoint left, Endpoint right) => !left.Equals(right);

    /// <summary>Address and port as a person writes them: <c>10.0.0.1:80</c>, <c>[::1]:80</c>.</summary>
    public override string ToString()
    {
        var endPoint = ToIPEndPoint();
        return endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{endPoint.Address}]:{Port}" : $"{endPoint.Address}:{Port}";
    }
}
