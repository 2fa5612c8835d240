using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Farewell.Lab.Running;

/// <summary>
/// A classic BPF program on a TCP socket that drops every segment before TCP sees it (SO_ATTACH_FILTER, socket(7)): a cable pulled for one
/// socket. The other side retransmits, and what it sends counts again once the filter is removed.
/// </summary>
internal static class PacketFilter
{
    private const int SocketLevel = 1;
    private const int Attach = 26;
    private const int Detach = 27;

    /// <summary>BPF_RET | BPF_K with 0: keep no octet of any packet.</summary>
    private const ulong ReturnZero = 0x06;

    private static readonly Lazy<string?> Tried = new(Try);

    /// <summary>Why it cannot be had here; null when it can. No capability is needed, but a limit or a security profile may forbid it.</summary>
    public static string? Refusal => Tried.Value;

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "needs a socket filter (Linux SO_ATTACH_FILTER)";
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            DropEverythingFor(socket);
            return null;
        }
        catch (SocketException refused)
        {
            return $"a socket filter (SO_ATTACH_FILTER) is refused: {refused.Message}; without CAP_BPF it counts against net.core.bpf_jit_limit";
        }
    }

    public static unsafe void DropEverythingFor(Socket socket)
    {
        var instruction = ReturnZero;
        Span<byte> program = stackalloc byte[16];
        program.Clear();
        MemoryMarshal.Write(program, (ushort)1);
        MemoryMarshal.Write(program[8..], (nint)(&instruction));
        socket.SetRawSocketOption(SocketLevel, Attach, program);
    }

    public static void Remove(Socket socket) => socket.SetRawSocketOption(SocketLevel, Detach, new byte[4]);
}
