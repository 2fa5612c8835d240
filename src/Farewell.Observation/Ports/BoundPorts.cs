namespace Farewell.Observation.Ports;

/// <summary>
/// Which connections took their port by <c>bind()</c>. The kernel tells it only of live sockets that named their port. For the rest the place in
/// the range tells: <c>connect()</c> takes ports of the first half until they are gone, <c>bind(address, 0)</c> those of the second, and with
/// SO_REUSEADDR (which .NET always sets) all of the lower part of the range before the upper (<c>__inet_hash_connect</c>,
/// <c>inet_csk_find_open_port</c>).
/// </summary>
internal static class BoundPorts
{
    // Fewer young connections in the second half than this say nothing.
    private const int Least = 8;
    private const double Full = 0.95;

    /// <summary>How many ports of the range sockets have bound towards this destination; an inference, 0 when nothing speaks for it.</summary>
    /// <param name="use">What is held towards it.</param>
    /// <param name="range">The ephemeral ports.</param>
    /// <param name="known">How many the kernel says were bound by number.</param>
    public static int Infer(in DialledUse use, PortRange range, int known)
    {
        if (known == 0 && (use.SecondHalfYoung < Least || use.FirstHalf >= Full * range.FirstHalf || Alike(use.FirstHalf, use.SecondHalf)))
        {
            return 0;
        }

        if (known > 0)
        {
            // An application that numbers its ports fills both halves alike: its TIME-WAITs, of which the kernel does not tell, too.
            return Math.Max(known, Alike(use.FirstHalf, use.SecondHalf) ? use.InRange : use.SecondHalf);
        }

        var ofPart = range.Usable / 4;
        return Part(use.FirstHalf - use.FirstHalfUpper, use.SecondHalf - use.SecondHalfUpper, ofPart)
            + Part(use.FirstHalfUpper, use.SecondHalfUpper, ofPart);
    }

    // bind(address, 0) takes a port of the first half only where none of the second is left.
    private static int Part(int first, int second, int most) => second >= Full * most ? first + second : second;

    // IP_LOCAL_PORT_RANGE, and ports chosen by the application, lie in both halves alike.
    private static bool Alike(int first, int second) => first > second * 0.8 && first < second * 1.25;
}
