using System.Buffers.Binary;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>
/// What one side has written, frame by frame, and whether it was its to write: what a sender MUST, judged from the wire and from what its application did, and from no state of its session.
/// What the peer returned counts as soon as it is written, so a sender that uses it before it was read goes unnoticed here; the peer's own checks see that.
/// </summary>
internal sealed class Ledger
{
    private FrameType _openType;
    private bool _openNested;
    private int _openLength;
    private uint _nonce;
    private bool _pingOpen;
    private int _returned;
    private uint _replied;
    private uint _messageCost;
    private uint _askCost;
    private long _written;
    private uint[] _messageCosts = new uint[16];
    private uint[] _askCosts = new uint[16];
    private long[] _askEnds = new long[16];

    public bool HelloSaid { get; private set; }

    public bool DismissSaid { get; private set; }

    public bool LastSaid { get; private set; }

    public uint Messages { get; private set; }

    public uint Asks { get; private set; }

    /// <summary>Replies written to the peer's asks.</summary>
    public int Replies => int.PopCount((int)_replied);

    /// <summary>The cost of what was written and not given back.</summary>
    public long Outstanding => (long)_messageCost + _askCost;

    private bool HasSpoken => HelloSaid || DismissSaid;

    public Ledger Clone()
    {
        var clone = (Ledger)MemberwiseClone();
        (clone._messageCosts, clone._askCosts, clone._askEnds) = ((uint[])_messageCosts.Clone(), (uint[])_askCosts.Clone(), (long[])_askEnds.Clone());
        return clone;
    }

    /// <summary>How many of this side's asks lie whole within its first bytes.</summary>
    public uint AsksWithin(long bytes)
    {
        var count = 0u;
        for (var ask = 1; ask <= Asks; ask++)
        {
            count += _askEnds[ask] <= bytes ? 1u : 0;
        }

        return count;
    }

    /// <summary>Notes a frame, and checks that it was in order.</summary>
    public void Write(ReadOnlySpan<byte> frame, Ledger peer, Party writer, SessionLimits limits)
    {
        var header = new FrameHeader((FrameType)frame[0], (FrameFlags)frame[1], (ushort)(frame[2] << 8 | frame[3]));
        var seen = $"{writer.Session.Role} wrote {header.Type}";
        _written += frame.Length;
        Unless(!LastSaid, "nothing is written after the last frame", seen);
        Unless(header.IsNamed && FrameLayout.Check(header) == Violation.None, "what is written is well formed", seen);
        Unless(HasSpoken || header.Type == FrameType.Hello || (header.Type == FrameType.Dismiss && writer.Session.Role == Role.Stayer), "Hello comes first", seen);
        Unless(header.Type == FrameType.Part ? _openType != default : _openType == default || !EndsParts(header.Type), "parts of one payload come one after another", seen);
        switch (header.Type)
        {
            case FrameType.Hello:
                Unless(!HelloSaid && !DismissSaid, "Hello is said once, and first", seen);
                HelloSaid = true;
                break;
            case FrameType.Message or FrameType.Ask or FrameType.Part:
                break;
            case FrameType.Answer:
                Reply(Field(frame, 0), peer, seen);
                Report(Field(frame, 4), peer, writer, seen);
                break;
            case FrameType.Refused:
                Reply(Field(frame, 0), peer, seen);
                break;
            case FrameType.Cancel:
                Unless(Field(frame, 0) - 1 < Asks, "only a whole ask is cancelled", seen);
                break;
            case FrameType.Ping:
                Unless(!_pingOpen, "one Ping at a time", seen);
                (_pingOpen, _nonce) = (true, Field(frame, 0));
                break;
            case FrameType.Pong:
                Unless(peer._pingOpen && peer._nonce == Field(frame, 0), "a Pong answers a Ping", seen);
                peer._pingOpen = false;
                Report(Field(frame, 4), peer, writer, seen);
                break;
            case FrameType.Credit:
                Report(Field(frame, 0), peer, writer, seen);
                Return(Field(frame, 4), peer, writer, seen);
                break;
            case FrameType.Dismiss:
                Unless(writer.Session.Role == Role.Stayer, "only the stayer dismisses", seen);
                DismissSaid = true;
                break;
            case FrameType.Done:
                Unless(writer.Session.Role == Role.Leaver, "only the leaver is done", seen);
                LastSaid = true;
                Report(Field(frame, 4), peer, writer, seen);
                Return(Field(frame, 12), peer, writer, seen);
                Unless(Field(frame, 8) == peer.AsksWithin(writer.Heard), "Done says how many asks were received", $"{Field(frame, 8)} of {peer.AsksWithin(writer.Heard)}");
                break;
            case FrameType.Goodbye:
                Unless(writer.Session.Role == Role.Stayer, "only the stayer says Goodbye", seen);
                LastSaid = true;
                Report(Field(frame, 0), peer, writer, seen);
                break;
        }

        Carry(header, peer, limits, seen);
    }

    private static bool EndsParts(FrameType type) => FrameLayout.CarriesPayload(type) || type is FrameType.Done or FrameType.Goodbye;

    private void Carry(FrameHeader header, Ledger peer, SessionLimits limits, string seen)
    {
        if (!FrameLayout.CarriesPayload(header.Type))
        {
            return;
        }

        var length = header.Length - FrameLayout.FieldsOf(header.Type);
        var begins = header.Type != FrameType.Part;
        if (begins)
        {
            (_openType, _openNested, _openLength) = (header.Type, (header.Flags & FrameFlags.Nested) != 0, 0);
        }

        _openLength += length;
        var isCharged = _openType is FrameType.Message or FrameType.Ask && !_openNested;
        var cost = isCharged ? (uint)(length + (begins ? (int)Hello.Overhead : 0)) : 0;
        (_messageCost, _askCost) = _openType == FrameType.Message ? (_messageCost + cost, _askCost) : (_messageCost, _askCost + cost);
        Unless(_openLength <= (peer.HelloSaid ? Math.Max(limits.Largest, (int)Hello.EarlyLargest) : Hello.EarlyLargest), "no payload is above the peer's largest", $"{seen}, {_openLength} bytes");
        Unless(_messageCost + _askCost <= (peer.HelloSaid ? Math.Max(limits.Window, (int)Hello.EarlyWindow) : Hello.EarlyWindow), "no payload is begun without credit",
            $"{seen}, {_messageCost} and {_askCost} outstanding");
        if (!header.HasMore)
        {
            EndPayload();
        }
    }

    private void EndPayload()
    {
        var cost = _openNested ? 0 : (uint)_openLength + Hello.Overhead;
        switch (_openType)
        {
            case FrameType.Message:
                _messageCosts[++Messages] = cost;
                break;
            case FrameType.Ask:
                _askCosts[++Asks] = cost;
                _askEnds[Asks] = _written;
                break;
        }

        _openType = default;
    }

    private void Reply(uint ask, Ledger peer, string seen)
    {
        Unless(ask - 1 < peer.Asks && (_replied >> (int)ask & 1) == 0, "every ask gets one reply", $"{seen} to ask {ask}");
        _replied |= 1u << (int)ask;
        peer._askCost -= peer._askCosts[ask];
    }

    private void Report(uint handled, Ledger peer, Party writer, string seen)
    {
        Unless(handled == (uint)writer.HandledCount && handled <= peer.Messages, "handled is what the handlers have returned from",
            $"{seen} with {handled}, handled {writer.HandledCount} of {peer.Messages}");
    }

    private void Return(uint cost, Ledger peer, Party writer, string seen)
    {
        var handled = 0u;
        while (_returned < writer.HandledCount)
        {
            handled += peer._messageCosts[++_returned];
        }

        Unless(cost == handled, "what is returned is the cost of what was handled", $"{seen} returning {cost} for {handled}");
        peer._messageCost -= cost;
    }

    private static uint Field(ReadOnlySpan<byte> frame, int offset) => BinaryPrimitives.ReadUInt32BigEndian(frame[(FrameHeader.Size + offset)..]);
}
