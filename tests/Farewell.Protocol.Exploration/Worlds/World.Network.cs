using Farewell.Protocol.Frames;

namespace Farewell.Protocol.Exploration;

/// <summary>The transport of each side and the network between them.</summary>
internal sealed partial class World
{
    private static readonly byte[] Fin = [];
    private static readonly byte[] Rst = [0xEE];

    private readonly List<byte>[] _records = [];

    [ThreadStatic]
    private static byte[]? _received;

    /// <summary>Everything that a side has written.</summary>
    public byte[] Written(int side) => [.. _records[side]];

    private bool IsSlow(Party party) => _scenario.Slow && (_scenario.SlowSide is not { } side || ReferenceEquals(party, _parties[side]));

    private static bool IsEnd(byte[] piece) => ReferenceEquals(piece, Fin) || ReferenceEquals(piece, Rst);

    private void Deliver(Party party)
    {
        var piece = party.Inbox[0];
        party.Inbox.RemoveAt(0);
        if (ReferenceEquals(piece, Fin))
        {
            party.EndRead = true;
            party.Session.EndOfStream(_now);
        }
        else if (ReferenceEquals(piece, Rst))
        {
            party.Inbox.Clear();
            party.Session.ConnectionReset(_now);
        }
        else
        {
            Feed(party, piece);
        }
    }

    private void DeliverHalf(Party party, int at)
    {
        var piece = party.Inbox[0];
        party.Inbox[0] = piece[at..];
        Feed(party, piece[..at]);
    }

    /// <summary>Reads what was received out of a buffer that is used again afterwards, as a carrier's is.</summary>
    private void Feed(Party party, ReadOnlySpan<byte> bytes)
    {
        var buffer = _received ??= new byte[1 << 16];
        bytes.CopyTo(buffer);
        party.Heard += bytes.Length;
        ReadOnlyMemory<byte> input = buffer.AsMemory(0, bytes.Length);
        var events = 0;
        while (party.Session.Read(ref input, _now, out var happened))
        {
            PropertyViolated.Unless(++events < 1000, "reading comes to an end", $"{happened.Kind}");
            Witness(party, happened);
        }

        PropertyViolated.Unless(input.IsEmpty, "all input is taken", $"{input.Length} bytes left");
        buffer.AsSpan(0, bytes.Length).Fill(0xDD);
    }

    private void Flush(Party party)
    {
        Span<byte> room = stackalloc byte[_scenario.Room];
        var writes = 0;
        while (party.Session.HasOutput && (_scenario.Eager || party.Waiting.Count == 0))
        {
            var count = party.Session.Write(room, _now);

            // A Cancel whose ask was replied to in the meantime is output that comes to nothing.
            PropertyViolated.Unless((count > 0 || !party.Session.HasOutput) && ++writes < 1000, "output is written", $"{_scenario.Room} bytes of room were not enough");
            Note(party, room[..count]);
            if (!IsSlow(party) && !party.Stalled)
            {
                AcceptAll(party);
            }
        }
    }

    /// <summary>Takes a write apart into its frames: each is checked, and accepted by the transport, apart.</summary>
    private void Note(Party party, ReadOnlySpan<byte> written)
    {
        while (written.Length > 0)
        {
            var length = FrameHeader.Size + (written[2] << 8 | written[3]);
            party.Ledger.Write(written[..length], Other(party).Ledger, party, _scenario.Limits);
            PropertyViolated.Unless((FrameType)written[0] is not (FrameType.Ask or FrameType.Cancel) || party.Session.State is not (SessionState.Finishing or SessionState.Parting),
                "a stayer that has read Done asks nothing", $"{(FrameType)written[0]}");
            if (_scenario.Records)
            {
                _records[ReferenceEquals(party, Stayer) ? 0 : 1].AddRange(written[..length]);
            }

            CheckLastWords(party, (FrameType)written[0]);
            party.WrittenAt = _now;
            party.Waiting.Add(written[..length].ToArray());
            written = written[length..];
        }
    }

    private void AcceptAll(Party party)
    {
        while (party.Waiting.Count > 0)
        {
            Accept(party, party.Waiting[0].Length);
        }
    }

    private void Accept(Party party, Step step)
    {
        var whole = party.Waiting[0].Length;
        party.Partials += step is { Kind: StepKind.Accept, Index: > 0 } ? 1 : 0;
        if (step.Kind == StepKind.Drip)
        {
            _now = BeforeStall(party);
        }

        Accept(party, step switch
        {
            { Kind: StepKind.Drip } or { Index: 2 } => 1,
            { Index: 1 } => (whole + 1) / 2,
            _ => whole,
        });
    }

    /// <summary>The last moment at which an octet accepted keeps the stall limit off.</summary>
    private TimeSpan BeforeStall(Party party) => party.Session.Due(Rules.Deadline.Stall) - _scenario.Drop;

    private void Accept(Party party, int count)
    {
        var piece = party.Waiting[0];
        if (count < piece.Length)
        {
            party.Waiting[0] = piece[count..];
        }
        else
        {
            party.Waiting.RemoveAt(0);
        }

        party.Session.Sent(count, _now);
        var to = Other(party);
        if (!to.Gone && !_cut)
        {
            to.Inbox.Add(count < piece.Length ? piece[..count] : piece);
        }
        else if (to.Gone && !_cut && !party.Inbox.Contains(Rst))
        {
            party.Inbox.Add(Rst);
        }
    }

    private void Fault(Step step, Party party)
    {
        _faulted = true;
        switch (step.Kind)
        {
            case StepKind.Truncate:
                var kept = step.Index == 0 || party.Inbox.Count == 0 ? [] : party.Inbox[0];
                party.Inbox.Clear();
                if (kept.Length > 1)
                {
                    party.Inbox.Add(kept[..(kept.Length / 2)]);
                }

                party.Inbox.Add(Fin);
                Other(party).Inbox.Add(Rst);
                break;
            case StepKind.Reset:
                party.Inbox.Add(Rst);
                Other(party).Inbox.Add(Rst);
                break;
            case StepKind.ResetOvertaking:
                party.Inbox = [Rst];
                Other(party).Inbox = [Rst];
                break;
            case StepKind.Cut:
                _cut = true;
                _parties[0].Inbox.Clear();
                _parties[1].Inbox.Clear();
                break;
            case StepKind.Stall:
                party.Stalled = true;
                break;
        }
    }
}
