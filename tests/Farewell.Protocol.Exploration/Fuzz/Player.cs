using Farewell.Protocol.Frames;
using Farewell.Protocol.Rules;
using Farewell.Protocol.Sessions;
using static Farewell.Protocol.Exploration.PropertyViolated;

namespace Farewell.Protocol.Exploration;

/// <summary>One session, an input for it, and an application and a transport that do anything.</summary>
internal sealed class Player(Session session, Random random, Fuzzing.Buffers buffers)
{
    private const int MostTicks = 2000;
    private const int MostEvents = 10_000;

    private readonly FrameReader _reader = new();
    private readonly bool _drips = random.Next(3) == 0;
    private TimeSpan _now;
    private TimeSpan _ending = Closing.Never;
    private long _unsent;
    private long _frames;
    private uint _asked;
    private bool _ended;

    /// <returns>How many frames the session said.</returns>
    public long Play(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            var piece = input[..Math.Min(input.Length, random.Next(4) switch { 0 => 1, 1 => random.Next(1, 40), 2 => random.Next(1, 1500), _ => input.Length })];
            input = input[piece.Length..];
            Read(piece);
            Call();
            Write();
            Check();
            if (random.Next(12) == 0)
            {
                Wait();
            }
        }

        End();
        return _frames;
    }

    private void Read(ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(buffers.Received);
        ReadOnlyMemory<byte> rest = buffers.Received.AsMemory(0, piece.Length);
        var events = 0;
        while (session.Read(ref rest, _now, out var happened))
        {
            Unless(++events <= MostEvents, "reading comes to an end", $"{happened.Kind}");
            Unless(!_ended, "nothing happens after the end", $"{happened.Kind}");
            _ended = happened.Kind == SessionEventKind.Ended;
            _asked = happened.Kind == SessionEventKind.Ask ? happened.Number : _asked;
            if (happened.Kind is SessionEventKind.Message && random.Next(2) == 0)
            {
                session.Handled(happened.Number, _now);
            }
        }

        Unless(rest.IsEmpty, "all input is taken", $"{rest.Length} bytes left");
        buffers.Received.AsSpan(0, piece.Length).Fill(0xDD);
    }

    private ReadOnlyMemory<byte> Payload() =>
        buffers.Payloads[random.Next(buffers.Payloads.Length)].AsMemory(0, random.Next(8) switch { 0 => random.Next(5000), 1 => 960, 2 => 961, _ => random.Next(200) });

    private void Call()
    {
        switch (random.Next(20))
        {
            case 0:
                session.Send(Payload(), _now, out _);
                break;
            case 1:
                session.Ask(Payload(), _now, out _, random.Next(4) == 0);
                break;
            case 2 or 3:
                AtOnce.Answer(session, _asked, Payload(), _now);
                break;
            case 4:
                session.Refuse(_asked, RefusedReason.Declined, _now);
                break;
            case 5:
                session.Handled((uint)random.Next(5), _now);
                break;
            case 6:
                session.Cancel((uint)random.Next(6), _now);
                break;
            case 7 when random.Next(5) == 0:
                Close();
                break;
            case 8:
                session.Begin(_asked);
                break;
            case 9 when random.Next(10) == 0:
                session.EndOfStream(_now);
                break;
            case 10:
                session.Retain();
                break;
            case 11:
                session.PauseReading();
                break;
            case 12:
                session.ResumeReading(_now);
                break;
            case 13 when random.Next(30) == 0:
                session.Abort(_now);
                break;
            case 14 when random.Next(20) == 0:
                session.ConnectionReset(_now);
                break;
        }
    }

    private void Close()
    {
        if (session.Role == Role.Stayer)
        {
            session.Dismiss((DismissReason)random.Next(1, 6), _now, random.Next(2) == 0 ? null : Scenario.Ms(random.Next(40)), hard: random.Next(2) == 0 ? null : Scenario.Ms(random.Next(60)));
        }
        else
        {
            session.Leave(_now, random.Next(2) == 0 ? null : Scenario.Ms(random.Next(40)));
        }
    }

    private void Write()
    {
        for (var writes = random.Next(4); writes > 0 && session.HasOutput; writes--)
        {
            var room = buffers.Room.AsSpan(0, random.Next(3) == 0 ? Session.LeastRoom : random.Next(Session.LeastRoom, buffers.Room.Length));
            var count = session.Write(room, _now);
            Unless(count > 0 || !session.HasOutput, "output is written", $"{session.State}");
            _unsent += count;
            for (ReadOnlySpan<byte> said = room[..count]; !said.IsEmpty; _frames++)
            {
                var header = new FrameHeader((FrameType)said[0], (FrameFlags)said[1], (ushort)(said[2] << 8 | said[3]));
                Unless(header.IsNamed && FrameLayout.Check(header) == Violation.None, "what is written is well formed", $"{header}");
                said = said[(FrameHeader.Size + header.Length)..];
            }
        }

        Accept(random.Next(3) switch { 0 => _unsent, 1 => Math.Min(_unsent, 1), _ => random.NextInt64(_unsent + 1) });
    }

    private void Accept(long count)
    {
        _unsent -= count;
        session.Sent((int)count, _now);
    }

    private void Wait()
    {
        if (session.NextDeadline < Closing.Never)
        {
            _now = Closing.Max(_now, random.Next(2) == 0 ? session.NextDeadline : Closing.Min(session.NextDeadline, _now + Scenario.Ms(1)));
            session.Tick(_now);
            Read(default);
        }
    }

    private void Check()
    {
        Unless(FrameTable.StatesOf(session.Role).Contains(session.State), "no state outside the table", $"{session.Role} {session.State}");
        if (session.State is not (SessionState.Greeting or SessionState.Open))
        {
            _ending = Closing.Min(_ending, _now);
        }
    }

    /// <summary>Nothing more comes, and the transport accepts an octet now and then or nothing: the session ends by its deadlines, or is one that may last.</summary>
    private void End()
    {
        Read(default);
        if (session.Disposition == Disposition.Stay && session.State is SessionState.Open or SessionState.Greeting)
        {
            session.ResumeReading(_now);
            Close();
        }

        for (var ticks = 0; session.Disposition == Disposition.Stay; ticks++)
        {
            Check();
            Unless(ticks < MostTicks && session.NextDeadline < Closing.Never, "every session ends", $"{session.Role} {session.State} after {ticks} deadlines");
            Unless(_ending == Closing.Never || _now - _ending <= Scenario.Ms(400), "a session ends within the sum of its deadlines", $"{session.Role} {session.State}, {_now - _ending}");
            _now = Closing.Max(_now, session.NextDeadline);
            if (_drips && _unsent > 0)
            {
                Accept(1);
            }

            session.Tick(_now);
            Read(default);
            Write();
        }

        Read(default);
        Unless(_ended, "the end is told", $"{session.Role} {session.Cause}");
        _reader.Release();
    }
}
