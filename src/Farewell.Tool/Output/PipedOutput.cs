using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Farewell.Tool.Output;

/// <summary>
/// Standard output for what goes on and on. .NET's own console swallows EPIPE, so that a verb whose reader has gone (<c>| head -1</c>) would run for
/// ever and tell nobody.
/// </summary>
internal static class PipedOutput
{
    private const int StandardOutput = 1;
    private const int BrokenPipe = 32; // EPIPE
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D); // ERROR_BROKEN_PIPE

    /// <summary>Every line is written at once.</summary>
    public static StreamWriter Open() => new(Stream(), new UTF8Encoding(false)) { AutoFlush = true };

    /// <summary>Whether whoever read it has gone, which is a way to end and no failure.</summary>
    public static bool ReaderHasGone(IOException failure) => failure.HResult is BrokenPipe or WindowsBrokenPipe;

    private static Stream Stream()
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? Console.OpenStandardOutput()
                : new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(StandardOutput, ownsHandle: false));
        }
        catch (IOException)
        {
            return Console.OpenStandardOutput(); // a file or a terminal
        }
    }
}
