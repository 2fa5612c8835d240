namespace Farewell.Protocol.Sessions;

/// <summary>What most sessions have nothing of while they are open: one reference holds the place of all of it.</summary>
public sealed partial class Session
{
    private Rare? _rare;

    private Rare Made => _rare ??= new Rare();

    private OpenAsks? NestedOut => _rare?.NestedOut;

    private TimeSpan DismissGrace => _rare?.DismissGrace ?? TimeSpan.Zero;

    internal sealed class Rare
    {
        public Gaps? Gaps;
        public OpenAsks? NestedOut;
        public int NestedIn;
        public int NestedUnreplied;
        public long AsksRefused;
        public TimeSpan DismissGrace;
        public TimeSpan LeaveGrace;
        public uint RetryAfter;
        public uint AsksKnown;

        public Rare Clone()
        {
            var clone = (Rare)MemberwiseClone();
            (clone.Gaps, clone.NestedOut) = (Gaps?.Clone(), NestedOut?.Clone());
            return clone;
        }
    }
}
