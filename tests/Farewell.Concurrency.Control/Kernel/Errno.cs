namespace Farewell.Concurrency.Control;

/// <summary>Linux's numbers for what went wrong.</summary>
internal static class Errno
{
    public const int BadDescriptor = 9;
    public const int Again = 11;
    public const int TooManyFiles = 24;
    public const int BrokenPipe = 32;
    public const int ConnectionReset = 104;
    public const int NotConnected = 107;
    public const int ConnectionRefused = 111;
    public const int InProgress = 115;
}
