namespace Farewell.AspNetCore.Transports;

/// <summary>Names for connections, as unlikely as Kestrel's own to be met twice in one log: a count that starts at the time.</summary>
internal static class ConnectionNumber
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const int Length = 13;

    private static long _last = DateTime.UtcNow.Ticks;

    public static string Next() => string.Create(Length, Interlocked.Increment(ref _last), static (name, number) =>
    {
        for (var place = name.Length - 1; place >= 0; place--, number >>= 5)
        {
            name[place] = Digits[(int)(number & 31)];
        }
    });
}
