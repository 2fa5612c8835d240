using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Farewell.Captures.Live;
using Microsoft.Win32.SafeHandles;

namespace Farewell.Captures.Linux;

/// <summary>
/// An AF_PACKET socket with a TPACKET_V3 ring (Documentation/networking/packet_mmap.rst): the kernel writes packets into blocks of shared
/// memory and hands over a whole block at a time. It belongs to the network namespace of the thread that opened it, from whatever thread it
/// is read.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PacketSocket : IDisposable
{
    private const int SolSocket = 1;
    private const int SoError = 4;
    private const int SoAttachFilter = 26;
    private const int SolPacket = 263;
    private const int PacketRxRing = 5;
    private const int PacketStatistics = 6;
    private const int PacketVersion = 10;
    private const int Version3 = 2;
    private const int ProtectReadWrite = 3;
    private const int MapShared = 1;
    private const short PollIn = 1;
    private const short PollError = 8;

    // A block holds the longest frame of segmentation offload whole; it is handed over when full or after the retire time, so that
    // a nearly idle interface uses up a block per retire time: 128 of them bear a pause of over a second.
    private const int BlockLength = 256 * 1024;
    private const int BlockRetireMilliseconds = 10;

    private readonly SafeFileHandle _socket;
    private readonly SafeFileHandle _wake;
    private readonly nint _ring;
    private readonly int _blocks;
    private int _next;

    private PacketSocket(SafeFileHandle socket, SafeFileHandle wake, nint ring, int blocks) =>
        (_socket, _wake, _ring, _blocks) = (socket, wake, ring, blocks);

    /// <summary>Opens a capture on one interface of the calling thread's network namespace, or on all.</summary>
    /// <exception cref="CaptureException">It cannot be opened.</exception>
    public static PacketSocket Open(string? interfaceName, CaptureFilter filter, int ringOctets)
    {
        // Protocol 0: nothing is received until the filter and the ring stand and the socket is bound.
        var file = Libc.Socket(Libc.AfPacket, Libc.SockRaw | Libc.SockCloexec, 0);
        if (file < 0)
        {
            throw OpenFailure();
        }

        var socket = new SafeFileHandle(file, ownsHandle: true);
        SafeFileHandle? wake = null;
        try
        {
            var index = interfaceName is null ? 0 : Interfaces.Resolve(socket, interfaceName);
            wake = new SafeFileHandle(Libc.EventFile(0, Libc.SockCloexec), ownsHandle: true);
            Check(wake.IsInvalid ? -1 : 0, "open an event file");
            Attach(socket, filter);
            var blocks = Math.Max(2, ringOctets / BlockLength);
            var ring = MapRing(socket, blocks);
            var opened = new PacketSocket(socket, wake, ring, blocks);
            try
            {
                var address = new LinkAddress { Family = Libc.AfPacket, Protocol = 0x0300, Interface = index };
                Check(Libc.Bind(socket, &address, (uint)sizeof(LinkAddress)), $"capture on {interfaceName ?? "all interfaces"}");
                return opened;
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
        catch
        {
            wake?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Gives every packet of the next block that the kernel has handed over to <paramref name="handler"/>.</summary>
    /// <returns>The number of packets; 0 when no block is ready.</returns>
    public int DeliverBlock(PacketHandler handler)
    {
        var block = (byte*)_ring + ((long)_next * BlockLength);
        ref var owner = ref *(uint*)(block + RingLayout.BlockStatus);
        if ((Volatile.Read(ref owner) & RingLayout.OwnedByUser) == 0)
        {
            return 0;
        }

        var packets = *(uint*)(block + RingLayout.BlockPackets);
        var packet = block + *(uint*)(block + RingLayout.BlockFirstPacket);
        for (var left = packets; left > 0; left--)
        {
            handler(RingLayout.Packet(packet));
            packet += *(uint*)packet;
        }

        Volatile.Write(ref owner, RingLayout.OwnedByKernel);
        _next = (_next + 1) % _blocks;
        return (int)packets;
    }

    /// <summary>Waits until a block may be ready, the time is up, or, if <paramref name="untilWoken"/>, <see cref="Wake"/> was
    /// called.</summary>
    /// <returns>The error number that the interface reported, else 0.</returns>
    public int Wait(int milliseconds, bool untilWoken)
    {
        var entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { File = (int)_socket.DangerousGetHandle(), Events = PollIn };
        entries[1] = new Libc.PollEntry { File = (int)_wake.DangerousGetHandle(), Events = PollIn };
        if (Libc.Poll(entries, untilWoken ? 2u : 1u, milliseconds) < 0 && Marshal.GetLastPInvokeError() != Libc.EIntr)
        {
            throw new CaptureException(CaptureFailure.System, $"The system could not wait for packets: {Libc.LastError()}.");
        }

        if ((entries[0].Returned & PollError) == 0)
        {
            return 0;
        }

        int error;
        var length = (uint)sizeof(int);
        return Libc.GetSocketOption(_socket, SolSocket, SoError, &error, &length) < 0 ? 0 : error;
    }

    /// <summary>Makes every <see cref="Wait"/> that heeds it return at once, from now on.</summary>
    public void Wake()
    {
        var one = 1UL;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    /// <summary>The packets that passed the filter, and those of them that found no room, since the last call.</summary>
    public (uint Passed, uint Dropped) TakeStatistics()
    {
        var counts = stackalloc uint[3];
        var length = (uint)(3 * sizeof(uint));
        Check(Libc.GetSocketOption(_socket, SolPacket, PacketStatistics, counts, &length), "read the capture's counts");
        return (counts[0], counts[1]);
    }

    /// <summary>Closes the socket and gives its memory back. Nobody may be in <see cref="DeliverBlock"/> or <see cref="Wait"/>.</summary>
    public void Dispose()
    {
        if (!_socket.IsClosed)
        {
            _ = Libc.Unmap(_ring, (nuint)_blocks * BlockLength);
        }

        _socket.Dispose();
        _wake.Dispose();
    }

    private static void Attach(SafeFileHandle socket, CaptureFilter filter)
    {
        var program = FilterProgram.For(filter);
        fixed (FilterInstruction* first = program)
        {
            var header = new ProgramHeader { Length = (ushort)program.Length, First = first };
            var result = Libc.SetSocketOption(socket, SolSocket, SoAttachFilter, &header, (uint)sizeof(ProgramHeader));
            Check(result, "attach the capture filter");
        }
    }

    private static nint MapRing(SafeFileHandle socket, int blocks)
    {
        var version = Version3;
        Check(Libc.SetSocketOption(socket, SolPacket, PacketVersion, &version, sizeof(int)), "use capture rings of version 3");
        const uint FrameLength = 2048;
        var request = stackalloc uint[7]
        {
            BlockLength, (uint)blocks, FrameLength, BlockLength / FrameLength * (uint)blocks, BlockRetireMilliseconds, 0, 0,
        };
        Check(Libc.SetSocketOption(socket, SolPacket, PacketRxRing, request, 7 * sizeof(uint)), "set up a capture ring");
        var ring = Libc.Map(0, (nuint)blocks * BlockLength, ProtectReadWrite, MapShared, socket, 0);
        Check(ring == -1 ? -1 : 0, "map the capture ring");
        return ring;
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new CaptureException(CaptureFailure.System, $"The system could not {what}: {Libc.LastError()}.");
        }
    }

    private static CaptureException OpenFailure() => Marshal.GetLastPInvokeError() is Libc.EPerm or Libc.EAccess
        ? new CaptureException(
            CaptureFailure.NotPermitted,
            "Capturing packets needs CAP_NET_RAW in this network namespace: run as root, give the program the capability "
            + "(setcap cap_net_raw+ep PROGRAM), or capture in a namespace of your own (unshare -Urn).")
        : new CaptureException(CaptureFailure.System, $"The system could not open a packet socket: {Libc.LastError()}.");

    /// <summary><c>struct sockaddr_ll</c>; the protocol is ETH_P_ALL in network order.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 20)]
    private struct LinkAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int Interface;
    }

    /// <summary><c>struct sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramHeader
    {
        public ushort Length;
        public FilterInstruction* First;
    }
}
