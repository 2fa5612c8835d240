using System.Runtime.InteropServices;
using Farewell.Captures.Live;

namespace Farewell.Captures.Linux;

/// <summary>One instruction of a classic BPF program (<c>struct sock_filter</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterInstruction(ushort Code, byte JumpIfTrue, byte JumpIfFalse, uint Operand);

/// <summary>Writes a <see cref="CaptureFilter"/> as a program for the kernel.</summary>
/// <remarks>
/// One program serves every kind of interface: it looks at the frame's own hardware type, since a socket on all interfaces sees them mixed.
/// Offsets are from the frame's beginning: the kernel's loads relative to the network header (<c>SKF_NET_OFF</c>) reject a packet whose
/// headers lie in page
/// fragments.
/// </remarks>
internal sealed class FilterProgram
{
    public const int HardwareEthernet = 1;
    public const int HardwareLoopback = 772;
    public const int HardwareNone = 65534;

    private const uint AncillaryPacketType = unchecked((uint)(-0x1000 + 4));
    private const uint AncillaryHardwareType = unchecked((uint)(-0x1000 + 28));
    private const int PacketOutgoing = 4;

    private const ushort LoadWord = 0x20;
    private const ushort LoadHalf = 0x28;
    private const ushort LoadByte = 0x30;
    private const ushort LoadHalfIndexed = 0x48;
    private const ushort LoadByteIndexed = 0x50;
    private const ushort LoadHeaderLength = 0xb1;
    private const ushort ShiftRight = 0x74;
    private const ushort Jump = 0x05;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpAnySet = 0x45;
    private const ushort Return = 0x06;

    private readonly List<FilterInstruction> _code = [];
    private readonly List<(int At, string Label)> _jumps = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly CaptureFilter _filter;

    private FilterProgram(CaptureFilter filter) => _filter = filter;

    /// <summary>The program for a filter.</summary>
    public static FilterInstruction[] For(CaptureFilter filter) => new FilterProgram(filter).Assemble();

    private FilterInstruction[] Assemble()
    {
        Emit(LoadWord, AncillaryHardwareType);
        JumpIf(JumpEqual, HardwareEthernet, "ethernet");
        JumpIf(JumpEqual, HardwareNone, "bare");
        JumpUnless(JumpEqual, HardwareLoopback, "drop");

        // On loopback every packet passes twice, on its way out and on its way in.
        Emit(LoadWord, AncillaryPacketType);
        JumpIf(JumpEqual, PacketOutgoing, "drop");

        Mark("ethernet");
        Emit(LoadHalf, 12);
        JumpIf(JumpEqual, 0x8100, "accept");
        JumpIf(JumpEqual, 0x88a8, "accept");
        JumpIf(JumpEqual, 0x0800, "ethernet 4");
        JumpUnless(JumpEqual, 0x86dd, "drop");
        Version6(14);
        Mark("ethernet 4");
        Version4(14);

        Mark("bare");
        Emit(LoadByte, 0);
        Emit(ShiftRight, 4);
        JumpIf(JumpEqual, 4, "bare 4");
        JumpUnless(JumpEqual, 6, "drop");
        Version6(0);
        Mark("bare 4");
        Version4(0);

        Mark("accept");
        Emit(Return, (uint)_filter.SnapLength);
        Mark("drop");
        Emit(Return, 0);
        return Resolve();
    }

    private void Version4(uint ip)
    {
        Emit(LoadByte, ip + 9);
        JumpUnless(JumpEqual, 6, "drop");
        Emit(LoadHalf, ip + 6);
        JumpIf(JumpAnySet, 0x1fff, "drop");
        Emit(LoadHeaderLength, ip);
        Tcp(LoadByteIndexed, LoadHalfIndexed, ip);
    }

    private void Version6(uint ip)
    {
        Emit(LoadByte, ip + 6);
        foreach (var extension in (ReadOnlySpan<uint>)[0, 43, 44, 51, 60, 135])
        {
            JumpIf(JumpEqual, extension, "accept");
        }

        JumpUnless(JumpEqual, 6, "drop");
        Tcp(LoadByte, LoadHalf, ip + 40);
    }

    private void Tcp(ushort loadByte, ushort loadHalf, uint tcp)
    {
        if (_filter.OnlySynFinReset)
        {
            Emit(loadByte, tcp + 13);
            JumpUnless(JumpAnySet, 7, "drop");
        }

        foreach (var port in (ReadOnlySpan<uint>)(_filter.Ports.Count == 0 ? [] : [tcp, tcp + 2]))
        {
            Emit(loadHalf, port);
            foreach (var wanted in _filter.Ports)
            {
                JumpIf(JumpEqual, wanted, "accept");
            }
        }

        JumpTo(_filter.Ports.Count == 0 ? "accept" : "drop");
    }

    private void Emit(ushort code, uint operand, byte ifTrue = 0, byte ifFalse = 0) =>
        _code.Add(new FilterInstruction(code, ifTrue, ifFalse, operand));

    private void Mark(string label) => _labels[label] = _code.Count;

    // A conditional jump reaches 255 instructions, an unconditional one any; so the condition only steps over a jump.
    private void JumpIf(ushort condition, uint operand, string label)
    {
        Emit(condition, operand, ifFalse: 1);
        JumpTo(label);
    }

    private void JumpUnless(ushort condition, uint operand, string label)
    {
        Emit(condition, operand, ifTrue: 1);
        JumpTo(label);
    }

    private void JumpTo(string label)
    {
        _jumps.Add((_code.Count, label));
        Emit(Jump, 0);
    }

    private FilterInstruction[] Resolve()
    {
        foreach (var (at, label) in _jumps)
        {
            _code[at] = _code[at] with { Operand = (uint)(_labels[label] - at - 1) };
        }

        return [.. _code];
    }
}
