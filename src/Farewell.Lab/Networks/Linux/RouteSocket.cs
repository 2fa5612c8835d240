using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Farewell.Lab.Networks.Linux;

/// <summary>Makes and configures interfaces in the network namespace of the thread that opens it, so that the lab needs no <c>ip</c> command.</summary>
internal sealed partial class RouteSocket : IDisposable
{
    private const int NetlinkFamily = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const ushort ErrorMessage = 2;

    private readonly Socket _socket;

    public RouteSocket()
    {
        var handle = OpenSocket(NetlinkFamily, RawCloseOnExec, 0);
        if (handle < 0)
        {
            throw Refused("open a netlink socket", Marshal.GetLastPInvokeError());
        }

        _socket = new Socket(new SafeSocketHandle(handle, ownsHandle: true));
    }

    /// <summary>A veth pair, the other end in the namespace that <paramref name="peerNamespace"/> names.</summary>
    public void AddVethPair(string name, string peerName, int peerNamespace) =>
        Ask($"make the interfaces {name} and {peerName}", new RouteMessage(RouteMessage.NewLink, RouteMessage.Create | RouteMessage.Exclusive)
            .Link()
            .Attribute(LinkName, name)
            .Nest(LinkInfo, info => info
                .Attribute(InfoKind, "veth")
                .Nest(InfoData, data => data
                    .Nest(VethPeer, peer => peer
                        .Link()
                        .Attribute(LinkName, peerName)
                        .Attribute(LinkNamespaceDescriptor, peerNamespace)))));

    public void AddAddress(string name, IPAddress address, byte prefixLength) =>
        Ask($"give {name} the address {address}", new RouteMessage(RouteMessage.NewAddress, RouteMessage.Create | RouteMessage.Exclusive)
            .Address(IndexOf(name), prefixLength)
            .Attribute(AddressLocal, address.GetAddressBytes())
            .Attribute(AddressAddress, address.GetAddressBytes()));

    public void BringUp(string name) =>
        Ask($"bring {name} up", new RouteMessage(RouteMessage.NewLink, 0).Link(IndexOf(name), flags: 1, change: 1));

    public void Dispose() => _socket.Dispose();

    private const ushort AddressAddress = 1;
    private const ushort AddressLocal = 2;
    private const ushort LinkName = 3;
    private const ushort LinkInfo = 18;
    private const ushort LinkNamespaceDescriptor = 28;
    private const ushort InfoKind = 1;
    private const ushort InfoData = 2;
    private const ushort VethPeer = 1;

    private void Ask(string what, RouteMessage message)
    {
        _socket.Send(message.ToSpan());
        Span<byte> reply = stackalloc byte[1024];
        var length = _socket.Receive(reply);
        if (length < 20 || BinaryPrimitives.ReadUInt16LittleEndian(reply[4..]) != ErrorMessage)
        {
            throw new LabNetworkException($"Could not {what}: the kernel's answer made no sense.");
        }

        var error = -BinaryPrimitives.ReadInt32LittleEndian(reply[16..]);
        if (error != 0)
        {
            throw Refused(what, error);
        }
    }

    private static int IndexOf(string name)
    {
        var index = InterfaceIndex(name);
        return index != 0 ? (int)index : throw new LabNetworkException($"There is no interface {name} in this network namespace.");
    }

    private static LabNetworkException Refused(string what, int error)
    {
        var remedy = error switch
        {
            1 or 13 => " Run it as root, or where unprivileged user namespaces are allowed.",
            95 => " This kernel has no veth devices (CONFIG_VETH).",
            _ => "",
        };
        return new LabNetworkException($"Could not {what}: {new Win32Exception(error).Message} (errno {error}).{remedy}");
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint InterfaceIndex(string name);
}
