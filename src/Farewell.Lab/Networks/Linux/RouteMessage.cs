using System.Buffers.Binary;
using System.Text;

namespace Farewell.Lab.Networks.Linux;

/// <summary>Builds one rtnetlink request: a header, a fixed body and nested attributes, each padded to four octets (rtnetlink(7)).</summary>
internal sealed class RouteMessage
{
    public const ushort NewLink = 16;
    public const ushort NewAddress = 20;
    public const ushort Request = 0x001;
    public const ushort Acknowledge = 0x004;
    public const ushort Exclusive = 0x200;
    public const ushort Create = 0x400;

    private readonly byte[] _buffer = new byte[1024];
    private int _length = 16;

    public RouteMessage(ushort type, ushort flags)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(6), (ushort)(flags | Request | Acknowledge));
    }

    /// <summary>struct ifinfomsg: which interface, and the flags to change.</summary>
    public RouteMessage Link(int index = 0, uint flags = 0, uint change = 0)
    {
        var body = _buffer.AsSpan(_length, 16);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], change);
        _length += 16;
        return this;
    }

    /// <summary>struct ifaddrmsg for IPv4.</summary>
    public RouteMessage Address(int index, byte prefixLength)
    {
        var body = _buffer.AsSpan(_length, 8);
        body[0] = 2;
        body[1] = prefixLength;
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], index);
        _length += 8;
        return this;
    }

    public RouteMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_length), (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_length + 2), type);
        value.CopyTo(_buffer.AsSpan(_length + 4));
        _length += (4 + value.Length + 3) & ~3;
        return this;
    }

    public RouteMessage Attribute(ushort type, string value) => Attribute(type, Encoding.ASCII.GetBytes(value + '\0'));

    public RouteMessage Attribute(ushort type, int value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(octets, value);
        return Attribute(type, octets);
    }

    public RouteMessage Nest(ushort type, Action<RouteMessage> inside)
    {
        var start = _length;
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start + 2), type);
        _length += 4;
        inside(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    public ReadOnlySpan<byte> ToSpan()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, _length);
        return _buffer.AsSpan(0, _length);
    }
}
