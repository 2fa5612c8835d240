using System.Buffers;

namespace Farewell.Protocol.Sessions;

/// <summary>The payload that is being received in parts; its memory, from a pool, grows with what has been received.</summary>
internal sealed class Assembly
{
    private byte[] _memory = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Payload => new(_memory, 0, Length);

    public void Append(ReadOnlySpan<byte> part)
    {
        if (_memory.Length - Length < part.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent((Length + part.Length) * 2);
            Payload.Span.CopyTo(grown);
            Return();
            _memory = grown;
        }

        part.CopyTo(_memory.AsSpan(Length));
        Length += part.Length;
    }

    public void Drop()
    {
        Return();
        (_memory, Length) = ([], 0);
    }

    public Assembly Clone()
    {
        var clone = new Assembly();
        clone.Append(Payload.Span);
        return clone;
    }

    private void Return()
    {
        if (_memory.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_memory);
        }
    }
}
