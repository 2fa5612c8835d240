namespace Farewell.Linux;

/// <summary>Descriptors never run out here.</summary>
internal static class DescriptorRoom
{
    public static int Ceiling(int kept) => int.MaxValue - kept;

    public static bool IsThere(int ceiling) => true;
}
