using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Farewell.Tool.Output;

/// <summary>
/// Standard output for what goes on and on, each line written at once. .NET's own console swallows EPIPE, so that a verb whose reader has gone
/// (<c>| head -1</c>) would run for ever and tell nobody.
/// </summary>
internal sealed class PipedOutput : IDisposable
{
    private const int StandardOutput = 1;

    private readonly StreamWriter _writer;
    private readonly bool _isPipe;

    public PipedOutput()
    {
        var pipe = OperatingSystem.IsWindows() || !Console.IsOutputRedirected ? null : Pipe();
        _isPipe = pipe is not null;
        _writer = new(pipe ?? Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
    }

    /// <summary>Writes a line; false when nobody reads it any more, which is a way to end and no failure.</summary>
    /// <exception cref="IOException">The file cannot be written, such as on a full disk.</exception>
    public bool TryWriteLine(string line)
    {
        try
        {
            _writer.WriteLine(line);
            return true;
        }
        catch (IOException) when (_isPipe)
        {
            return false; // a pipe fails in no other way
        }
    }

    public void Dispose()
    {
        if (!_isPipe)
        {
            _writer.Dispose();
        }
    }

    // A file is left to the console, which writes where the file's offset is, wherever others that share it have moved it.
    private static FileStream? Pipe()
    {
        var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? null : stream;
    }
}
