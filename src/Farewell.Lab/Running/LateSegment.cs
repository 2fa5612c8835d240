using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Farewell.Lab.Running;

/// <summary>A segment of a connection that arrives when the connection is over, as one does that took the longer way.</summary>
internal sealed class LateSegment
{
    private const int TcpLevel = 6;
    private const int Repair = 19;
    private const int RepairQueue = 20;
    private const int QueueSequence = 21;
    private const int ReceiveQueue = 1;
    private const int SendQueue = 2;
    private const int RepairOffWithoutProbe = -1;

    private readonly byte[] _packet = new byte[40];
    private readonly IPEndPoint _client;

    private LateSegment(IPEndPoint server, IPEndPoint client, uint sequence, uint acknowledgement)
    {
        _client = client;
        var tcp = _packet.AsSpan(20);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)server.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)client.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledgement);
        tcp[12] = 5 << 4;
        tcp[13] = (byte)Tcp.SegmentFlags.Ack;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 1024);

        // The kernel fills in the IP header's checksum and identification (raw(7)); the pseudo header's part of TCP's is ours.
        var ip = _packet.AsSpan(0, 20);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)_packet.Length);
        ip[8] = 64;
        ip[9] = (byte)ProtocolType.Tcp;
        server.Address.TryWriteBytes(ip[12..], out _);
        client.Address.TryWriteBytes(ip[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(ip[12..20], tcp));
    }

    /// <summary>
    /// The server's acknowledgement of the FIN that this client is about to send, as it stands before the server's own FIN. The numbers come
    /// from the live socket (TCP_REPAIR, which needs CAP_NET_ADMIN in the namespace).
    /// </summary>
    public static LateSegment AcknowledgementOfFin(Socket client)
    {
        Set(client, Repair, 1);
        var sequence = Sequence(client, ReceiveQueue);
        var acknowledgement = Sequence(client, SendQueue) + 1;
        Set(client, Repair, RepairOffWithoutProbe);
        return new LateSegment((IPEndPoint)client.RemoteEndPoint!, (IPEndPoint)client.LocalEndPoint!, sequence, acknowledgement);
    }

    /// <summary>Lets it arrive at the client's host from the server's.</summary>
    public void ArriveFromServer(Arena arena) => arena.Network.OnServer(() =>
    {
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
        return raw.SendTo(_packet, new IPEndPoint(_client.Address, 0));
    });

    private static uint Sequence(Socket socket, int queue)
    {
        Set(socket, RepairQueue, queue);
        Span<byte> value = stackalloc byte[4];
        socket.GetRawSocketOption(TcpLevel, QueueSequence, value);
        return BinaryPrimitives.ReadUInt32LittleEndian(value);
    }

    private static void Set(Socket socket, int option, int value) => socket.SetRawSocketOption(TcpLevel, option, BitConverter.GetBytes(value));

    private static ushort Checksum(ReadOnlySpan<byte> addresses, ReadOnlySpan<byte> tcp)
    {
        var sum = (uint)ProtocolType.Tcp + (uint)tcp.Length;
        foreach (var part in (ReadOnlySpan<byte[]>)[addresses.ToArray(), tcp.ToArray()])
        {
            for (var i = 0; i < part.Length; i += 2)
            {
                sum += BinaryPrimitives.ReadUInt16BigEndian(part.AsSpan(i));
            }
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
