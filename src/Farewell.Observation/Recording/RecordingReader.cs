using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using Farewell.Observation.Readings;

namespace Farewell.Observation.Recording;

/// <summary>Reads what a <see cref="RecordingWriter"/> wrote. What a crash cut off, and what is damaged, ends its file and nothing else.</summary>
public static class RecordingReader
{
    private const int MostSampleOctets = 16 << 20;

    /// <summary>Every reading of a folder in the order of time.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="from">Not those before; null for all.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IEnumerable<MachineReading> Read(string folder, DateTimeOffset? from = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var files = FilesIn(folder);
        for (var at = 0; at < files.Count; at++)
        {
            // A file that begins before the next one begins may still hold what is wanted; earlier ones cannot.
            if (from is { } wanted && at + 1 < files.Count && files[at + 1].Begun < wanted)
            {
                continue;
            }

            foreach (var reading in ReadFile(files[at].Path))
            {
                if (from is null || reading.At >= from)
                {
                    yield return reading;
                }
            }
        }
    }

    /// <summary>The last reading not later than a time, or the last of all; null when there is none.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static MachineReading? At(string folder, DateTimeOffset? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        foreach (var (path, _) in FilesIn(folder).Where(f => time is null || f.Begun <= time).Reverse())
        {
            if (ReadFile(path).LastOrDefault(r => time is null || r.At <= time) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The recordings in a folder and when each was begun, the oldest first.</summary>
    internal static IReadOnlyList<(string Path, DateTimeOffset Begun)> FilesIn(string folder) => [.. Directory
        .EnumerateFiles(folder, "*" + RecordingWriter.Suffix)
        .Select(path => (Path: path, Begun: BegunOf(path)))
        .Where(f => f.Begun is not null)
        .Select(f => (f.Path, f.Begun!.Value))
        .OrderBy(f => f.Value).ThenBy(f => f.Path, StringComparer.Ordinal)];

    private static DateTimeOffset? BegunOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path).Split('-')[0];
        return DateTimeOffset.TryParseExact(name, RecordingWriter.NameFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var begun) ? begun : null;
    }

    private static IEnumerable<MachineReading> ReadFile(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            yield break; // deleted by the recorder meanwhile
        }

        using (file)
        {
            var magic = new byte[RecordingWriter.Magic.Length];
            if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.AsSpan().SequenceEqual(RecordingWriter.Magic))
            {
                yield break;
            }

            var decoder = new SampleDecoder();
            while (TryReadFrame(file) is { } sample && decoder.TryDecode(sample, out var reading))
            {
                yield return reading!;
            }
        }
    }

    private static byte[]? TryReadFrame(FileStream file)
    {
        Span<byte> header = stackalloc byte[RecordingWriter.FrameHeaderLength];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MostSampleOctets || length > file.Length - file.Position)
        {
            return null;
        }

        var sample = new byte[length];
        return file.ReadAtLeast(sample, length, throwOnEndOfStream: false) == length
            && Crc32.HashToUInt32(sample) == BinaryPrimitives.ReadUInt32LittleEndian(header[4..])
            ? sample
            : null;
    }
}
