using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>One session under test, and a peer that says anything at any time.</summary>
internal sealed partial class Hostile
{
    private const int ApplicationSteps = 7;

    private const int HalfWay = ApplicationSteps + 3;

    private const int PausedReading = ApplicationSteps + 4;

    private readonly SessionLimits _limits;
    private readonly Hello _peerHello;
    private readonly byte[] _room = new byte[2048];
    private Session _session;
    private Speaker _speaker;
    private TimeSpan _now = TimeSpan.FromSeconds(1);
    private List<byte> _said = [];
    private List<SessionEventKind> _happened = [];
    private List<(uint Number, bool Begun, bool Nested)> _asks = [];
    private byte _refusedFor;
    private bool _narrow;
    private TimeSpan _dismissedAt = Closing.Never;
    private uint _messages;
    private uint _handled;
    private bool _ended;
    private bool _stalled;
    private bool _dripping;
    private bool _paused;
    private TimeSpan? _pingWritten;
    private TimeSpan _stateSince = TimeSpan.FromSeconds(1);
    private TimeSpan _lastByte = TimeSpan.FromSeconds(1);
    private TimeSpan? _unreportedSince;
    private SessionState _state;

    public Hostile(Role role, bool speaksFirst, SessionLimits limits, RuleBook rules, bool stalled = false)
    {
        _stalled = stalled;
        _limits = limits;
        _session = new Session(role, speaksFirst, limits, _now, rules);
        _speaker = new Speaker(role == Role.Stayer ? Role.Leaver : Role.Stayer);
        _peerHello = limits.ToHello(_speaker.Role);
        Settle();
    }

    public Trail? Trail { get; private set; }

    /// <summary>The frames it may say, then the steps of the application, of the time and of the network.</summary>
    public const int Choices = Frames + ApplicationSteps + 3;

    public Hostile Clone()
    {
        var clone = (Hostile)MemberwiseClone();
        clone._session = _session.Clone();
        clone._said = [.. _said];
        clone._happened = [];
        clone._asks = [.. _asks];
        clone._firstIn = [.. _firstIn];
        return clone;
    }

    public UInt128 Hash()
    {
        var hash = default(StateHash);
        _session.AddTo(ref hash, _now);
        _speaker.AddTo(ref hash);
        hash.Add(_messages | (long)_handled << 16 | (_ended ? 1L << 32 : 0));
        hash.Add((_now - _stateSince).Ticks);
        foreach (var (number, begun, _) in _asks)
        {
            hash.Add(number | (begun ? 1L << 32 : 0));
        }

        return hash.Value;
    }

    /// <summary>From here on the transport gives little room, or accepts nothing.</summary>
    public void Hinder(Random random) => (_narrow, _stalled) = random.Next(2) == 0 ? (true, _stalled) : (_narrow, true);

    public bool IsHindered => _narrow || _stalled;

    /// <summary>A choice that most often keeps the session going.</summary>
    public int Pick(Random random)
    {
        // What is written in part can be claimed too early.
        if (_speaker.HeardItem != default && random.Next(4) == 0)
        {
            return random.Next(4) == 0 ? Reply + random.Next(2) : Types + random.Next(WrongCounts);
        }

        if (random.Next(12) == 0)
        {
            return Frames + (random.Next(3) > 0 ? HalfWay : PausedReading);
        }

        for (var tries = 0; tries < 20; tries++)
        {
            var choice = random.Next(8) switch { < 4 => Frames + random.Next(ApplicationSteps), < 7 => random.Next(Types), _ => random.Next(Frames) };
            if (choice >= Frames || random.Next(12) == 0 || _speaker.Judge(Frame(choice)) == Violation.None)
            {
                return choice;
            }
        }

        return 9;
    }

    /// <summary>Makes a choice.</summary>
    /// <returns>False if there is nothing of the kind to do.</returns>
    public bool Choose(int choice)
    {
        if (choice < Frames)
        {
            // Once it is over, one frame of each type is enough.
            if (choice >= Types && Over.Contains(_session.State))
            {
                return false;
            }

            var frame = Frame(choice);
            Trail = new Trail(default, _now, $"{_session.State} reads {Convert.ToHexString(frame.AsSpan(0, Math.Min(frame.Length, 20)))}", Trail);
            Speak(frame);
            return true;
        }

        var step = choice - Frames;
        Trail = new Trail(default, _now, $"{_session.State} step {step}", Trail);
        return Step(step);
    }

    private bool Step(int step)
    {
        switch (step)
        {
            case 0:
                CheckLargest();
                if (_speaker.MessagesRead > 1)
                {
                    return false;
                }

                var taken = _session.Send(new byte[_narrow ? 150 : 1], _now, out var _);
                Unless(taken != SendStatus.Accepted || _session.State is SessionState.Greeting or SessionState.Open or SessionState.Dismissing, "a session that ends takes no messages", $"{_session.State}");
                Unless(_session.State != SessionState.Dismissed || taken == SendStatus.Dismissed, "a dismissed leaver says so", $"{taken}");
                if (taken != SendStatus.Accepted)
                {
                    return false;
                }

                break;
            case 1:
                if (_session.AsksOpen > 0 || _session.Ask(new byte[_narrow ? 150 : 1], _now, out var _) != SendStatus.Accepted)
                {
                    return false;
                }

                break;
            case 2 when _asks.Count > 0 && _asks[0].Begun:
                _session.Answer(_asks[0].Number, new byte[] { 1 }, _now);
                _asks.RemoveAt(0);
                break;
            case 3 when _asks.Count > 0 && !_asks[0].Begun:
                _asks[0] = _asks[0] with { Begun = _session.Begin(_asks[0].Number) };
                Unless(!_asks[0].Begun || _session.Clone().Refuse(_asks[0].Number, RefusedReason.Declined, _now) != ReplyStatus.Accepted, "a begun ask is not refused", $"{_session.State}");
                break;
            case 4 when _handled < _messages:
                CheckGap();
                _session.Handled(++_handled, _now);
                _unreportedSince ??= _now;
                break;
            case 5:
                if (!(_session.Role == Role.Stayer ? _session.Dismiss(DismissReason.Application, _now) : _session.Leave(_now)))
                {
                    return false;
                }

                break;
            case 6 when _session.NextDeadline < Closing.Never:
                _now = Closing.Max(_now, _session.NextDeadline);
                Tick();
                break;
            case HalfWay when _session.NextDeadline < Closing.Never:
                _now = Closing.Max(_now, _now + (_session.NextDeadline - _now) / 2);
                break;
            case PausedReading:
                Pause();
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
        var rounds = 0;
        for (var busy = true; busy;)
        {
            Unless(++rounds < 1000, "what is due comes to an end", $"{_session.State}");
            busy = Feed(default);
            for (var writes = 0; _session.HasOutput && !(_dripping && _session.HasUnsent) && (!_narrow || writes == 0); writes++)
            {
                var count = _session.Write(_room.AsSpan(0, _dripping || _narrow ? Session.LeastRoom : _room.Length), _now);
                Unless((count > 0 || !_session.HasOutput) && writes < 1000, "output is written", $"{_session.State}");
                Note(_room.AsSpan(0, count));
                if (!_stalled && !_dripping)
                {
                    Accept(count);
                }

                busy = !_narrow;
            }
        }

        NoteState();
        NoteWaiting();
    }

    private void NoteState()
    {
        if (_state != _session.State)
        {
            (_state, _stateSince) = (_session.State, _now);
            _firstIn[(int)_state] = Closing.Min(_firstIn[(int)_state], _now);
            _dismissedAt = _state is SessionState.Declining or SessionState.Dismissing ? Closing.Min(_dismissedAt, _now) : _dismissedAt;
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
            NoteTimes((FrameType)bytes[0]);
            _refusedFor = (FrameType)bytes[0] == FrameType.Refused ? bytes[8] : _refusedFor;
            if (!_dripping)
            {
                _speaker.Hear(bytes[..length]);
            }

            bytes = bytes[length..];
        }
    }

    private bool Feed(ReadOnlyMemory<byte> bytes)
    {
        var any = false;
        var events = 0;
        while (_session.Read(ref bytes, _now, out var happened))
        {
            any = true;
            Unless(++events < 1000, "reading comes to an end", $"{happened.Kind}");
            Unless(!_ended, "nothing happens after the end", $"{happened.Kind}");
            _happened.Add(happened.Kind);
            switch (happened.Kind)
            {
                case SessionEventKind.Message:
                    Unless(happened.Number == ++_messages, "nothing is delivered twice or out of order", $"{happened.Number}");
                    break;
                case SessionEventKind.Ask:
                    _asks.Add((happened.Number, false, happened.Nested));
                    break;
                case SessionEventKind.Ended:
                    _ended = true;
                    break;
            }
        }

        return any;
    }
}
