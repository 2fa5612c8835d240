namespace Farewell.Captures.Files;

/// <summary>A capture file is not what it claims to be. The message says what is wrong and at which octet.</summary>
public sealed class PcapFormatException : FormatException
{
    /// <summary>What is wrong, and where.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="offset">The octet of the file at which it stands, from 0.</param>
    public PcapFormatException(string message, long offset)
        : base($"{message} (at octet {offset})")
    {
        Offset = offset;
    }

    /// <summary>The octet of the file at which the fault stands, from 0.</summary>
    public long Offset { get; }
}
