namespace Farewell.Tool;

/// <summary>What the command's exit code means, for every verb.</summary>
internal static class ExitCode
{
    public const int Fine = 0;
    public const int Finding = 1;
    public const int BadUsage = 2;
    public const int NotPermitted = 3;
    public const int OwnFailure = 4;
    public const int Interrupted = 130;
}
