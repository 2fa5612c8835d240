namespace Farewell.Observation.Recording;

/// <summary>What kind of thing a recorded entity is.</summary>
internal enum RecordedKind : byte
{
    Machine,
    Counter,
    Setting,
    Budget,
    Accepted,
    CloseWait,
    SharedListener,
    LeftOut,
    Listening,
}

/// <summary>
/// The numbers of an entity. Field 0 is never zero while the entity is there, so that a zero in it removes the entity; counters are exempt.
/// </summary>
internal static class RecordedField
{
    public const int Presence = 0;
    public const int Most = 32;

    /// <summary>Between the owners of a listener that several share: it stands in no name of a process (<see cref="Owners.Printable"/>).</summary>
    public const char BetweenOwners = '\u001f';

    public static class Machine
    {
        public const int RangeLow = 0;
        public const int RangeHigh = 1;
        public const int Usable = 2;
        public const int HeldByBind = 3;
        public const int Fresh = 4;
        public const int DialledOrphans = 5;
        public const int AcceptedOrphans = 6;
        public const int AcceptedTimeWaits = 7;
        public const int OfDialledPeers = 8;
        public const int MemoryOrphans = 9;
        public const int TrackingLimit = 10;
        public const int TrackingCount = 11;
        public const int TrackingTimeWaitSeconds = 12;
        public const int TrackingDropped = 13;
        public const int IntervalMilliseconds = 14;
        public const int TrackingForgotten = 15;
    }

    public static class Budget
    {
        public const int InUse = 0;
        public const int TimeWait = 1;
        public const int Limit = 2;
        public const int CliffAt = 3;
        public const int Bound = 4;
        public const int Reuses = 5;
        public const int PerSecondTenths = 6;
        public const int SecondsToCliff = 7;
        public const int SecondsToExhaustion = 8;
        public const int BackWithin10 = 9;
        public const int BackWithin50 = 10;
        public const int OwnerId = 11;
        public const int Reusable = 12;
        public const int HeldForMilliseconds = 13; // 0 in what was recorded before there was this field
        public const int States = 16; // and one for each state of TcpState
    }
}
