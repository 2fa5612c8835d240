using System.Collections.Concurrent;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>Payloads: what each must say, and whose memory it lies in.</summary>
internal sealed partial class World
{
    private static readonly ConcurrentDictionary<(int Size, byte Kind, int Index), byte[]> Payloads = new();

    private readonly List<byte[]>[]? _lent;

    private byte[] Payload(byte kind, int index) => Payloads.GetOrAdd((Math.Max(2, _scenario.Payload), kind, index), static key =>
    {
        var payload = new byte[key.Size];
        for (var i = 2; i < payload.Length; i++)
        {
            payload[i] = (byte)(i * 7 + key.Kind * 31 + key.Index);
        }

        (payload[0], payload[1]) = (key.Kind, (byte)key.Index);
        return payload;
    });

    private bool IsPayload(in SessionEvent happened, byte kind, int index) => happened.Payload.Span.SequenceEqual(Payload(kind, index));

    /// <summary>A payload as the application gives it: its own buffer, where buffers are used again.</summary>
    private byte[] Lend(Party party, byte kind, int index)
    {
        var payload = Payload(kind, index);
        if (_scenario.Reuses)
        {
            payload = (byte[])payload.Clone();
            _lent![ReferenceEquals(party, _parties[0]) ? 0 : 1].Add(payload);
        }

        return payload;
    }

    private void ReuseWhatIsFree()
    {
        for (var side = 0; side < 2; side++)
        {
            if (!_parties[side].Session.HoldsPayloads)
            {
                Reuse(side);
            }
        }
    }

    /// <summary>Uses again every buffer that was lent to a session, once the session says that it needs none.</summary>
    private void Reuse(int side)
    {
        foreach (var buffer in _lent![side])
        {
            buffer.AsSpan().Fill(0xDD);
        }

        _lent![side].Clear();
    }
}
