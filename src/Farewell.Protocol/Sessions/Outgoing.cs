using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Sessions;

/// <summary>A frame, or a payload of many frames, that waits to be written.</summary>
/// <param name="Type">Message, Ask, Answer, Refused or Cancel.</param>
/// <param name="Number">A message's number, an own ask's ticket, or the number of the ask that is replied to or cancelled.</param>
/// <param name="Payload">The payload.</param>
/// <param name="Cost">Its cost on this side's credit, or the cost that a reply returns.</param>
/// <param name="Stamp">Its place among everything that waits.</param>
/// <param name="Reason">Of a Refused.</param>
/// <param name="Nested">Whether it is, or replies to, a nested ask.</param>
internal readonly record struct Outgoing(
    FrameType Type, uint Number, ReadOnlyMemory<byte> Payload, uint Cost, uint Stamp, RefusedReason Reason = 0, bool Nested = false);
