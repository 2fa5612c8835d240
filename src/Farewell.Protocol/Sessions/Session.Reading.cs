using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;

namespace Farewell.Protocol.Sessions;

/// <summary>From bytes to frames that are in order.</summary>
public sealed partial class Session
{
    private const int PrefixBytes = FrameHeader.Size + 4;

    private bool _anyByte;
    private byte _prefix;
    private uint _costIn;

    /// <summary>Taken when something is to be read, and given away between frames.</summary>
    private Inbound Inbound => _inbound ??= Spares.TakeInbound();

    /// <summary>The ticket of the own ask whose answer comes in parts; 0 if none does.</summary>
    private uint Answering => _inbound?.Answering ?? 0;

    /// <summary>Takes the next step through the input: a frame, or what there is of it.</summary>
    /// <param name="input">What is left; advanced.</param>
    /// <param name="now">The time.</param>
    /// <param name="happened">Set to what a frame did, if it did something.</param>
    /// <returns>False if nothing can be done without more input.</returns>
    private bool Step(ref ReadOnlyMemory<byte> input, TimeSpan now, ref SessionEvent happened)
    {
        if (_inbound is { PartsHandedOut: true } handedOut)
        {
            handedOut.DropParts();
        }

        if (_closing.Rules.Frames.Discards(State))
        {
            input = default;
            _inbound?.Frames.Release();
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

        if (input.IsEmpty && _inbound is null)
        {
            return false;
        }

        var frames = Inbound.Frames;
        var isJudged = !frames.HasHeader;
        if (isJudged)
        {
            if (!frames.TryReadHeader(ref input))
            {
                return false;
            }

            if (Check(frames.Header) is var wrong and not Violation.None)
            {
                Violate(wrong, now);
                return true;
            }

            if (!frames.HasHeader)
            {
                return true;
            }
        }

        if (!frames.TryReadBody(ref input, out var body))
        {
            return false;
        }

        if (Take(frames.Header, body, isJudged, now, ref happened) is var broken and not Violation.None)
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

    private Verdict Judge(FrameColumn column) => _closing.Rules.Frames[State, column];

    /// <summary>Everything that can be said of a frame before memory is taken for its body.</summary>
    private Violation Check(FrameHeader header)
    {
        var column = FrameTable.ColumnOf((byte)header.Type);
        var verdict = Judge(column);
        if (verdict == Verdict.Violation)
        {
            return column == FrameColumn.Unknown ? Violation.UnknownType : Violation.UnexpectedFrame;
        }

        var inbound = Inbound;
        if (!header.IsNamed)
        {
            inbound.Frames.SkipBody();
            return Violation.None;
        }

        if (FrameLayout.Check(header) is var wrong and not Violation.None)
        {
            return wrong;
        }

        if (header.Type == FrameType.Part ? inbound.OpenType == default : inbound.OpenType != default && EndsParts(header.Type))
        {
            return Violation.BadPart;
        }

        if (verdict == Verdict.Ignore || (header.Type == FrameType.Part && inbound.OpenIgnored))
        {
            inbound.Open(header, ignored: true);
            inbound.Frames.SkipBody();
            return Violation.None;
        }

        return FrameLayout.CarriesPayload(header.Type) ? Charge(header, inbound) : Violation.None;
    }

    private static bool EndsParts(FrameType type) =>
        FrameLayout.CarriesPayload(type) || type is FrameType.Done or FrameType.Goodbye;

    private Violation Charge(FrameHeader header, Inbound inbound)
    {
        var payload = header.Length - FrameLayout.FieldsOf(header.Type);
        var before = header.Type == FrameType.Part ? inbound.Parts!.Length : 0;
        if (before + payload > Math.Max(_limits.Largest, (int)Hello.EarlyLargest))
        {
            return Violation.TooLarge;
        }

        var type = inbound.TypeOf(header);
        if (type == FrameType.Answer || inbound.IsNested(header))
        {
            return Violation.None;
        }

        var cost = (uint)payload + (header.Type == FrameType.Part ? 0 : Hello.Overhead);
        inbound.OpenCost = header.Type == FrameType.Part ? inbound.OpenCost + cost : cost;
        _costIn += cost;
        return _costIn > Math.Max(_limits.Window, (int)Hello.EarlyWindow) ? Violation.CreditExceeded : Violation.None;
    }
}
