namespace Farewell.Linux;

/// <summary>Descriptors as the run's network has them.</summary>
internal static class DescriptorRoom
{
    public static int Ceiling(int kept) => MemoryNetwork.Here.DescriptorLimit is var limit && limit == int.MaxValue ? int.MaxValue : limit - Math.Min(kept, limit / 4);

    public static bool IsThere(int ceiling)
    {
        Run.Point("DescriptorRoom.IsThere");
        return MemoryNetwork.Here.LowestFree < ceiling;
    }
}
