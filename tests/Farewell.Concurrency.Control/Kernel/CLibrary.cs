using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Farewell.Concurrency.Control;

/// <summary>Stands in for the functions of the C library that Farewell imports, under their own names: before each system call is a point.</summary>
public static class CLibrary
{
    private const int Peek = 0x2;
    private const int Duplicate = 1030;
    private const int Internet = 2;
    private const int SocketLevel = 1;
    private const int TcpLevel = 6;
    private const int ErrorOption = 4;
    private const int LingerOption = 13;
    private const int Linger2Option = 8;
    private const int InfoOption = 11;

    private static MemoryNetwork Network => MemoryNetwork.Here;

    private static Descriptors Descriptors => Network.Descriptors;

    public static int socket(int domain, int type, int protocol)
    {
        Run.Point("socket");
        return Opened(Descriptors.Open(new TcpSocket(Network)));
    }

    public static int connect(int descriptor, ReadOnlySpan<byte> address, uint octets)
    {
        Run.Point("connect");
        return Answer(-Find(descriptor, "connect").Connect(new IPEndPoint(IPAddress.Loopback, BinaryPrimitives.ReadUInt16BigEndian(address[2..]))));
    }

    public static int accept4(int descriptor, Span<byte> address, ref uint octets, int flags)
    {
        Run.Point("accept4");
        var listener = Find(descriptor, "accept4");
        if (Descriptors.LowestFree >= Network.DescriptorLimit)
        {
            return Answer(-Errno.TooManyFiles);
        }

        if (!listener.TryAccept(out var connection))
        {
            return Answer(-Errno.Again);
        }

        connection.References--;
        octets = Write(connection.Remote!, address);
        return Descriptors.Open(connection);
    }

    public static nint recv(int descriptor, Span<byte> data, nuint length, int flags)
    {
        Run.Point("recv");
        return Answer(Find(descriptor, "recv").Receive(data[..(int)length], (flags & Peek) != 0));
    }

    public static nint send(int descriptor, ReadOnlySpan<byte> data, nuint length, int flags)
    {
        Run.Point("send");
        return Answer(Find(descriptor, "send").Send(data[..(int)length]));
    }

    public static int shutdown(int descriptor, int how)
    {
        Run.Point("shutdown");
        return Answer(-Find(descriptor, "shutdown").ShutdownSend());
    }

    public static int close(int descriptor)
    {
        Run.Point("close");
        Descriptors.Close(descriptor);
        return 0;
    }

    /// <summary>The run's clock, whichever is asked for.</summary>
    public static int clock_gettime(int clock, Span<long> secondsAndNanoseconds)
    {
        var time = VirtualClock.System.GetElapsedTime(0).Ticks;
        (secondsAndNanoseconds[0], secondsAndNanoseconds[1]) = (time / TimeSpan.TicksPerSecond, time % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
        return 0;
    }

    public static int fcntl(int descriptor, int command, int argument)
    {
        Run.Point("fcntl");
        return command == Duplicate ? Opened(Descriptors.Open(Find(descriptor, "fcntl"))) : 0;
    }

    public static int getsockname(int descriptor, Span<byte> address, ref uint octets)
    {
        octets = Write(Find(descriptor, "getsockname").Local!, address);
        return 0;
    }

    public static int getpeername(int descriptor, Span<byte> address, ref uint octets)
    {
        var socket = Find(descriptor, "getpeername");
        if (!socket.IsConnected)
        {
            return Answer(-Errno.NotConnected);
        }

        octets = Write(socket.Remote!, address);
        return 0;
    }

    public static int setsockopt(int descriptor, int level, int name, ReadOnlySpan<int> value, uint octets)
    {
        Run.Point("setsockopt");
        var socket = Find(descriptor, "setsockopt");
        switch (level, name)
        {
            case (SocketLevel, LingerOption):
                socket.Aborts = value[0] != 0;
                break;
            case (TcpLevel, Linger2Option):
                socket.IsUnheld = value[0] < 0;
                break;
        }

        return 0;
    }

    public static int getsockopt(int descriptor, int level, int name, Span<int> value, ref uint octets)
    {
        Run.Point("getsockopt");
        var socket = Find(descriptor, "getsockopt");
        value[0] = (level, name) switch
        {
            (SocketLevel, ErrorOption) => socket.TakeError(),
            (TcpLevel, InfoOption) => socket.State,
            _ => throw new NotSupportedException($"getsockopt {level}, {name}"),
        };
        return 0;
    }

    public static int epoll_create1(int flags) => Opened(Descriptors.Open(new PollSet()));

    public static int eventfd(uint initial, int flags) => Opened(Descriptors.Open(new EventCounter()));

    public static int epoll_ctl(int epoll, int operation, int descriptor, Span<byte> entry)
    {
        Run.Point("epoll_ctl");
        var polls = Descriptors.Find<PollSet>(epoll, "epoll_ctl");
        var what = Descriptors.Find<IPollable>(descriptor, "epoll_ctl");
        var (interest, data) = ((Poll)MemoryMarshal.Read<uint>(entry), MemoryMarshal.Read<ulong>(entry[DataAt..]));
        switch (operation)
        {
            case 1 when polls.Watches(descriptor, what):
                Run.Current!.Fail($"descriptors: {descriptor} is watched already");
                break;
            case 1:
                polls.Add(descriptor, what, interest, data);
                break;
            case 2:
                polls.Remove(descriptor, what);
                break;
            default:
                polls.Change(descriptor, what, interest);
                break;
        }

        return 0;
    }

    /// <summary>Waits for ever or not at all.</summary>
    public static int epoll_wait(int epoll, byte[] events, int atMost, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(events);
        Run.Point("epoll_wait");
        var polls = Descriptors.Find<PollSet>(epoll, "epoll_wait");
        if (milliseconds < 0)
        {
            Run.Idle("epoll_wait", () => polls.HasReady);
        }

        var ready = polls.Take(atMost, Run.Current!.Random);
        for (var i = 0; i < ready.Count; i++)
        {
            var entry = events.AsSpan(i * (DataAt + sizeof(ulong)));
            MemoryMarshal.Write(entry, (uint)ready[i].Ready);
            MemoryMarshal.Write(entry[DataAt..], ready[i].Data);
        }

        return ready.Count;
    }

    public static nint write(int descriptor, in ulong value, nuint length)
    {
        Run.Point("write");
        Descriptors.Find<EventCounter>(descriptor, "write").Write();
        return sizeof(ulong);
    }

    // struct epoll_event is packed on x86-64 only.
    private static int DataAt => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static TcpSocket Find(int descriptor, string call) => Descriptors.Find<TcpSocket>(descriptor, call);

    private static int Opened(int descriptor) => descriptor < 0 ? Answer(-Errno.TooManyFiles) : descriptor;

    private static int Answer(int result)
    {
        if (result < 0)
        {
            Marshal.SetLastPInvokeError(-result);
            return -1;
        }

        return result;
    }

    private static uint Write(IPEndPoint endPoint, Span<byte> address)
    {
        MemoryMarshal.Write(address, (ushort)Internet);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)endPoint.Port);
        endPoint.Address.TryWriteBytes(address[4..], out _);
        return 16;
    }
}
