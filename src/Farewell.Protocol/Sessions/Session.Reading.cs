using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Sessions;

/// <summary>From bytes to frames that are in order.</summary>
public sealed partial class Session
{
    private const int PrefixBytes = FrameHeader.Size + 4;

    private Assembly? _assembly;
    private FrameType _openType;
    private bool _openNested;
    private bool _openIgnored;
    private bool _assembledHandedOut;
    private bool _anyByte;
    private byte _prefix;
    private uint _openCost;
    private long _costIn;

    /// <summary>Taken when something is to be read, and given away between frames.</summary>
    private FrameReader Reader => _reader ??= Spare<FrameReader>.Take();

    private bool Step(ref ReadOnlyMemory<byte> input, TimeSpan now)
    {
        if (_assembledHandedOut)
        {
            _assembledHandedOut = false;
            _assembly!.Drop();
        }

        if (_rules.Frames.Discards(State))
        {
            input = default;
            _reader?.Release();
            return false;
        }

        if (_prefix < PrefixBytes && !input.IsEmpty)
        {
            _anyByte = true;
            if (IsForeign(input.Span))
            {
                Violate(Violation.Foreign, now);
                return true;
            }
        }

        if (input.IsEmpty && _reader is null)
        {
            return false;
        }

        if (!Reader.HasHeader)
        {
            if (!Reader.TryReadHeader(ref input))
            {
                return false;
            }

            if (Check(Reader.Header) is var wrong and not Violation.None)
            {
                Violate(wrong, now);
                return true;
            }

            if (!Reader.HasHeader)
            {
                return true;
            }
        }

        if (!Reader.TryReadBody(ref input, out var body))
        {
            return false;
        }

        if (Take(Reader.Header, body, now) is var broken and not Violation.None)
        {
            Violate(broken, now);
        }

        return true;
    }

    /// <summary>Tells bytes that are not Farewell's from the first one on: TLS, HTTP and the like wait for an answer and would never complete a frame.</summary>
    private bool IsForeign(ReadOnlySpan<byte> received)
    {
        for (var i = 0; _prefix < PrefixBytes && i < received.Length; i++, _prefix++)
        {
            if (_prefix == 0 && received[i] != (byte)FrameType.Hello)
            {
                _prefix = PrefixBytes;
                return Judge(FrameTable.ColumnOf(received[i])) == Verdict.Violation;
            }

            if (!Hello.Fits(_prefix, received[i]))
            {
                return true;
            }
        }

        return false;
    }

    private Verdict Judge(FrameColumn column) => _rules.Frames[State, column];

    /// <summary>Everything that can be said of a frame before memory is taken for its body.</summary>
    private Violation Check(FrameHeader header)
    {
        var column = FrameTable.ColumnOf((byte)header.Type);
        var verdict = Judge(column);
        if (verdict == Verdict.Violation)
        {
            return column == FrameColumn.Unknown ? Violation.UnknownType : Violation.UnexpectedFrame;
        }

        if (!header.IsNamed)
        {
            Reader.SkipBody();
            return Violation.None;
        }

        if (FrameLayout.Check(header) is var wrong and not Violation.None)
        {
            return wrong;
        }

        if (header.Type == FrameType.Part ? _openType == default : _openType != default && EndsParts(header.Type))
        {
            return Violation.BadPart;
        }

        if (header.Type == FrameType.Part ? _openIgnored : verdict == Verdict.Ignore)
        {
            Open(header, ignored: true);
            Reader.SkipBody();
            return Violation.None;
        }

        return FrameLayout.CarriesPayload(header.Type) ? Charge(header) : Violation.None;
    }

    private static bool EndsParts(FrameType type) =>
        FrameLayout.CarriesPayload(type) || type is FrameType.Done or FrameType.Goodbye;

    /// <summary>Keeps in mind whose parts follow.</summary>
    private void Open(FrameHeader header, bool ignored)
    {
        if (header.Type == FrameType.Part)
        {
            _openType = header.HasMore ? _openType : default;
            _openIgnored &= header.HasMore;
        }
        else if (header.HasMore)
        {
            _openType = header.Type;
            _openNested = (header.Flags & FrameFlags.Nested) != 0;
            _openIgnored = ignored;
        }
    }

    private Violation Charge(FrameHeader header)
    {
        var payload = header.Length - FrameLayout.FieldsOf(header.Type);
        var before = header.Type == FrameType.Part ? _assembly!.Length : 0;
        if (before + payload > Math.Max(_limits.Largest, (int)Hello.EarlyLargest))
        {
            return Violation.TooLarge;
        }

        var type = header.Type == FrameType.Part ? _openType : header.Type;
        var nested = header.Type == FrameType.Part ? _openNested : (header.Flags & FrameFlags.Nested) != 0;
        if (type == FrameType.Answer || nested)
        {
            return Violation.None;
        }

        var cost = (uint)payload + (header.Type == FrameType.Part ? 0 : Hello.Overhead);
        _openCost = header.Type == FrameType.Part ? _openCost + cost : cost;
        _costIn += cost;
        return _costIn > Math.Max(_limits.Window, (int)Hello.EarlyWindow) ? Violation.CreditExceeded : Violation.None;
    }
}
