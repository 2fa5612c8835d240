namespace Farewell.Tcp;

/// <summary>What one TCP segment says about sequence space.</summary>
/// <param name="Flags">The control bits.</param>
/// <param name="Sequence">SEG.SEQ, the number of the segment's first octet (or of its SYN).</param>
/// <param name="Acknowledgement">SEG.ACK; counts only with <see cref="SegmentFlags.Ack"/>.</param>
/// <param name="Length">Octets of payload, 0 to 65,535; SYN and FIN are not counted.</param>
public readonly record struct Segment(SegmentFlags Flags, SequenceNumber Sequence, SequenceNumber Acknowledgement, int Length)
{
    /// <summary>Whether the SYN bit is set.</summary>
    public bool IsSyn => (Flags & SegmentFlags.Syn) != 0;

    /// <summary>Whether the FIN bit is set.</summary>
    public bool IsFin => (Flags & SegmentFlags.Fin) != 0;

    /// <summary>Whether the RST bit is set.</summary>
    public bool IsReset => (Flags & SegmentFlags.Reset) != 0;

    /// <summary>Whether the acknowledgement field counts.</summary>
    public bool IsAck => (Flags & SegmentFlags.Ack) != 0;

    /// <summary>The number after the segment's last octet of data, its SYN counted and its FIN not: where a FIN would stand.</summary>
    public SequenceNumber DataEnd => Sequence + (Length + (IsSyn ? 1 : 0));

    /// <summary>The number after everything the segment occupies (SEG.SEQ + SEG.LEN).</summary>
    public SequenceNumber End => DataEnd + (IsFin ? 1 : 0);

    /// <summary>The segment in tcpdump's letters, for example <c>F. seq 17 ack 4 len 0</c>.</summary>
    public override string ToString() => $"{FlagLetters} seq {Sequence}{(IsAck ? $" ack {Acknowledgement}" : "")} len {Length}";

    /// <summary>The control bits in tcpdump's letters: S F R P U E W, and a dot for ACK.</summary>
    public string FlagLetters
    {
        get
        {
            Span<char> letters = stackalloc char[8];
            var count = 0;
            var flags = Flags;
            void Add(Span<char> into, SegmentFlags flag, char letter)
            {
                if ((flags & flag) != 0)
                {
                    into[count++] = letter;
                }
            }

            Add(letters, SegmentFlags.Syn, 'S');
            Add(letters, SegmentFlags.Fin, 'F');
            Add(letters, SegmentFlags.Reset, 'R');
            Add(letters, SegmentFlags.Push, 'P');
            Add(letters, SegmentFlags.Urgent, 'U');
            Add(letters, SegmentFlags.EcnEcho, 'E');
            Add(letters, SegmentFlags.CongestionWindowReduced, 'W');
            Add(letters, SegmentFlags.Ack, '.');
            return new string(letters[..count]);
        }
    }
}
