using System.Buffers.Binary;

namespace Farewell.Lab.Running;

/// <summary>As much of HTTP/2 (RFC 9113) as a client needs to make one request by hand and to be told to go away.</summary>
internal static class RawHttp2
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    /// <summary>The preface, empty settings, and on stream 1 <c>GET /</c> of host <c>lab</c> (RFC 7541: indexes 2, 6 and 4, and a literal authority).</summary>
    public static ReadOnlyMemory<byte> Get { get; } = Open(Frame(Headers, EndHeaders | EndStream, [0x82, 0x86, 0x84, .. Authority]));

    /// <summary>The same with a unary gRPC call of an empty message.</summary>
    public static ReadOnlyMemory<byte> Grpc { get; } = Open(
    [
        .. Frame(Headers, EndHeaders, [0x83, 0x86, 0x44, .. Text("/lab.Lab/Call"u8), .. Authority, 0x5f, .. Text("application/grpc"u8), 0x40, .. Text("te"u8), .. Text("trailers"u8)]),
        .. Frame(Data, EndStream, EmptyMessage),
    ]);

    /// <summary>A gRPC message of no octets: not compressed, length 0.</summary>
    public static ReadOnlySpan<byte> EmptyMessage => [0, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Authority => [0x41, 3, (byte)'l', (byte)'a', (byte)'b'];

    /// <summary>Reads frames until the response is over; false when the connection ended before.</summary>
    public static Task<bool> ReadResponseAsync(this LabSocket socket) => socket.ReadUntilAsync(static (type, flags) => type is Data or Headers && (flags & EndStream) != 0);

    /// <summary>Closes when the server says GOAWAY.</summary>
    public static async Task HeedGoAwayAsync(this LabSocket socket)
    {
        await socket.ReadUntilAsync(static (type, _) => type == GoAway);
        socket.Close();
    }

    private static async Task<bool> ReadUntilAsync(this LabSocket socket, Func<byte, byte, bool> isIt)
    {
        var head = new byte[9];
        while (true)
        {
            for (var at = 0; at < head.Length;)
            {
                var read = await socket.ReceiveAsync(head.AsMemory(at));
                if (read <= 0)
                {
                    return false;
                }

                at += read;
            }

            if (!await socket.ReadExactlyAsync((int)(BinaryPrimitives.ReadUInt32BigEndian(head) >> 8)))
            {
                return false;
            }

            if (isIt(head[3], head[4]))
            {
                return true;
            }
        }
    }

    private static byte[] Open(ReadOnlySpan<byte> request) => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, [], stream: 0), .. request];

    private static byte[] Frame(byte type, byte flags, ReadOnlySpan<byte> payload, byte stream = 1) => [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];

    private static byte[] Text(ReadOnlySpan<byte> text) => [(byte)text.Length, .. text];
}
