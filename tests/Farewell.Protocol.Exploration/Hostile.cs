using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>One session under test, and a peer that says anything at any time.</summary>
internal sealed partial class Hostile
{
    private const int ApplicationSteps = 7;

    private readonly SessionLimits _limits;
    private readonly byte[] _room = new byte[2048];
    private Session _session;
    private Speaker _speaker;
    private TimeSpan _now = TimeSpan.FromSeconds(1);
    private List<byte> _said = [];
    private List<SessionEventKind> _happened = [];
    private List<(uint Number, bool Begun)> _asks = [];
    private uint _messages;
    private uint _handled;
    private bool _ended;
    private bool _stalled;
    private TimeSpan? _pingWritten;
    private TimeSpan _stateSince = TimeSpan.FromSeconds(1);
    private TimeSpan _lastByte = TimeSpan.FromSeconds(1);
    private SessionState _state;

    public Hostile(Role role, bool speaksFirst, SessionLimits limits, RuleBook rules, bool stalled = false)
    {
        _stalled = stalled;
        _limits = limits;
        _session = new Session(role, speaksFirst, limits, _now, rules);
        _speaker = new Speaker(role == Role.Stayer ? Role.Leaver : Role.Stayer);
        Settle();
    }

    public Trail? Trail { get; private set; }

    /// <summary>The frames it may say, then the steps of the application, of the time and of the network.</summary>
    public int Choices => Palette().Count + ApplicationSteps + 3;

    public Hostile Clone()
    {
        var clone = (Hostile)MemberwiseClone();
        clone._session = _session.Clone();
        clone._said = [.. _said];
        clone._happened = [];
        clone._asks = [.. _asks];
        return clone;
    }

    public UInt128 Hash()
    {
        var hash = default(StateHash);
        _session.AddTo(ref hash, _now);
        _speaker.AddTo(ref hash);
        hash.Add(_messages | (long)_handled << 16 | (_ended ? 1L << 32 : 0));
        hash.Add((_now - _stateSince).Ticks);
        foreach (var (number, begun) in _asks)
        {
            hash.Add(number | (begun ? 1L << 32 : 0));
        }

        return hash.Value;
    }

    /// <summary>Makes a choice.</summary>
    /// <returns>False if there is nothing of the kind to do.</returns>
    public bool Choose(int choice)
    {
        var palette = Palette();
        if (choice < palette.Count)
        {
            Trail = new Trail(default, _now, $"{_session.State} reads {palette[choice][0]:x2} flags {palette[choice][1]:x2}", Trail);
            Speak(palette[choice]);
            return true;
        }

        var step = choice - palette.Count;
        Trail = new Trail(default, _now, $"{_session.State} step {step}", Trail);
        return Step(step);
    }

    private List<byte[]> Palette()
    {
        var hello = _limits.ToHello(_speaker.Role);
        return
        [
            FrameBytes.Greeting(hello),
            FrameBytes.Of(FrameType.Message, FrameFlags.None, 1, 2),
            FrameBytes.Of(FrameType.Message, FrameFlags.More, 1, 2),
            FrameBytes.Of(FrameType.Ask, FrameFlags.None, 1, 2),
            FrameBytes.Of(FrameType.Ask, FrameFlags.Nested, 1, 2),
            FrameBytes.Of(FrameType.Ask, FrameFlags.More, 1, 2),
            FrameBytes.Of(FrameType.Answer, _speaker.AskToReply, _speaker.MessagesRead),
            FrameBytes.Of(FrameType.Refused, FrameFlags.None, 0, 0, 0, (byte)_speaker.AskToReply, 3),
            FrameBytes.Of(FrameType.Cancel, _speaker.AsksMade),
            FrameBytes.Of(FrameType.Ping, 7),
            FrameBytes.Of(FrameType.Pong, _speaker.PingRead, _speaker.MessagesRead),
            FrameBytes.Of(FrameType.Credit, _speaker.MessagesRead, 0),
            FrameBytes.Of(FrameType.Part, FrameFlags.None, 3),
            FrameBytes.Of(FrameType.Dismiss, 0x05000000, (uint)_limits.Grace.TotalMilliseconds, uint.MaxValue),
            FrameBytes.Of(FrameType.Done, 0, _speaker.MessagesRead, _speaker.AsksRead, 0),
            FrameBytes.Of(FrameType.Goodbye, _speaker.MessagesRead),
            FrameBytes.Of((FrameType)0x90, (FrameFlags)0xFF, 1, 2, 3),
            FrameBytes.Of((FrameType)0x20, FrameFlags.None),
        ];
    }

    private bool Step(int step)
    {
        switch (step)
        {
            case 0:
                if (_session.Send(new byte[] { 1 }, _now, out var _) != SendStatus.Accepted || _speaker.MessagesRead > 0)
                {
                    return false;
                }

                break;
            case 1:
                if (_session.AsksOpen > 0 || _session.Ask(new byte[] { 1 }, _now, out var _) != SendStatus.Accepted)
                {
                    return false;
                }

                break;
            case 2 when _asks.Count > 0 && _asks[0].Begun:
                _session.Answer(_asks[0].Number, new byte[] { 1 }, _now);
                _asks.RemoveAt(0);
                break;
            case 3 when _asks.Count > 0 && !_asks[0].Begun:
                _asks[0] = (_asks[0].Number, _session.Begin(_asks[0].Number));
                break;
            case 4 when _handled < _messages:
                _session.Handled(++_handled, _now);
                break;
            case 5:
                if (!(_session.Role == Role.Stayer ? _session.Dismiss(DismissReason.Application, _now) : _session.Leave(_now)))
                {
                    return false;
                }

                break;
            case 6 when _session.NextDeadline < Closing.Never:
                _now = _session.NextDeadline;
                _session.Tick(_now);
                break;
            case 7 or 8 when !_ended:
                End(reset: step == 8);
                break;
            default:
                return false;
        }

        Settle();
        return true;
    }

    private void Settle()
    {
        _said.Clear();
        for (var busy = true; busy;)
        {
            busy = Feed(default);
            while (_session.HasOutput)
            {
                var count = _session.Write(_room, _now);
                Unless(count > 0, "output is written", $"{_session.State}");
                Note(_room.AsSpan(0, count));
                if (!_stalled)
                {
                    _session.Sent(count, _now);
                }

                busy = true;
            }
        }

        NoteState();
    }

    private void NoteState()
    {
        if (_state != _session.State)
        {
            (_state, _stateSince) = (_session.State, _now);
        }

        _asks.RemoveAll(ask => _session.State is not (SessionState.Waiting or SessionState.Parting or SessionState.Expelling or SessionState.Ended or SessionState.Released)
            && !ask.Begun && !IsInHand(ask.Number));
    }

    private bool IsInHand(uint number) => _session.Clone().Begin(number);

    private void Note(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var length = FrameHeader.Size + (bytes[2] << 8 | bytes[3]);
            _said.Add(bytes[0]);
            _speaker.Hear(bytes);
            _pingWritten = bytes[0] == (byte)FrameType.Ping ? _now : _pingWritten;

            // The ping clocks stop while a reply is owed, and begin anew after.
            _lastByte = (FrameType)bytes[0] is FrameType.Answer or FrameType.Refused ? _now : _lastByte;
            bytes = bytes[length..];
        }
    }

    private bool Feed(ReadOnlyMemory<byte> bytes)
    {
        var any = false;
        while (_session.Read(ref bytes, _now, out var happened))
        {
            any = true;
            Unless(!_ended, "nothing happens after the end", $"{happened.Kind}");
            _happened.Add(happened.Kind);
            switch (happened.Kind)
            {
                case SessionEventKind.Message:
                    Unless(happened.Number == ++_messages, "nothing is delivered twice or out of order", $"{happened.Number}");
                    break;
                case SessionEventKind.Ask:
                    _asks.Add((happened.Number, false));
                    break;
                case SessionEventKind.Ended:
                    _ended = true;
                    break;
            }
        }

        return any;
    }
}
