using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using Farewell.Observation.Readings;

namespace Farewell.Observation.Recording;

/// <summary>
/// A flight recorder: appends readings to files in a folder, one file an hour. Each sample is framed by its length and CRC and written at once, so
/// that whatever ends the process costs at most the sample in hand; the disk is told to keep it once a minute. Bounded: a file that grows too fast
/// gets fewer samples, and the oldest files are deleted.
/// </summary>
public sealed class RecordingWriter : IDisposable
{
    /// <summary>The most octets of one hour's file: 2 MB, so 48 MB a day.</summary>
    public const int MostOctetsAnHour = 2_000_000;

    /// <summary>How long files are kept unless told otherwise: 7 days.</summary>
    public static readonly TimeSpan DefaultKept = TimeSpan.FromDays(7);

    internal const string Suffix = ".farewell";
    internal const string NameFormat = "yyyyMMdd'T'HHmmss";
    internal static readonly byte[] Magic = "FAREWELL-RECORDING-1\n"u8.ToArray();
    internal const int FrameHeaderLength = 8;

    private readonly string _folder;
    private readonly TimeSpan _kept;
    private SampleEncoder _encoder = new();
    private FileStream? _file;
    private DateTimeOffset _hour;
    private DateTimeOffset _begun;
    private DateTimeOffset _flushed;

    /// <summary>Opens the folder, which is made if it is not there.</summary>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be made or written to.</exception>
    public RecordingWriter(string folder, TimeSpan? kept = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (_folder, _kept) = (Directory.CreateDirectory(folder).FullName, kept ?? DefaultKept);
    }

    /// <summary>Octets written so far by this writer.</summary>
    public long Written { get; private set; }

    /// <summary>Samples left out because the hour's file grew too fast.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Appends a reading; false when it was left out because the file grew too fast. After a failure the next one begins a new file.</summary>
    /// <exception cref="IOException">The disk is full, or the file cannot be written.</exception>
    public bool Append(MachineReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var hour = new DateTimeOffset(reading.At.UtcDateTime.Date.AddHours(reading.At.UtcDateTime.Hour), TimeSpan.Zero);
        // A clock that was set back makes the file look as if it had grown in no time: it goes on in another, or nothing would be recorded until it has caught up.
        if (_file is null || hour != _hour || reading.At < _begun || _encoder.IsFull)
        {
            Begin(reading.At, hour);
        }

        if (GrowsTooFast(reading.At))
        {
            LeftOut++;
            return false;
        }

        var sample = _encoder.Encode(reading);
        Span<byte> header = stackalloc byte[FrameHeaderLength];
        BinaryPrimitives.WriteInt32LittleEndian(header, sample.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32.HashToUInt32(sample));
        byte[] frame = [.. header, .. sample];
        Write(frame);
        if (reading.At - _flushed > TimeSpan.FromMinutes(1))
        {
            _file!.Flush(flushToDisk: true);
            _flushed = reading.At;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Flush(flushToDisk: true);
        _file?.Dispose();
    }

    // What was written of a frame is taken back, and a file of which nothing would be left is deleted: a disk that is full for hours must not fill with files.
    private void Write(ReadOnlySpan<byte> octets)
    {
        var (file, length) = (_file!, _file!.Position);
        try
        {
            file.Write(octets);
            Written += octets.Length;
        }
        catch (IOException)
        {
            _file = null;
            using (file)
            {
                file.SetLength(length);
            }

            if (length == 0)
            {
                File.Delete(file.Name);
            }

            throw;
        }
    }

    // The first tenth of an hour's room may go at once: names are written when they are first met.
    private bool GrowsTooFast(DateTimeOffset now) =>
        _file!.Length > MostOctetsAnHour * Math.Min(1, 0.1 + (0.9 * (now - _begun) / TimeSpan.FromHours(1)));

    private void Begin(DateTimeOffset now, DateTimeOffset hour)
    {
        _file?.Dispose();
        _file = null;
        _encoder = new();
        (_hour, _begun, _flushed) = (hour, now, now);
        var name = now.UtcDateTime.ToString(NameFormat, CultureInfo.InvariantCulture);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // No buffer of our own: what was written is the kernel's, and survives this process.
                _file = new FileStream(Path.Combine(_folder, attempt == 0 ? name + Suffix : $"{name}-{attempt}{Suffix}"), new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Share = FileShare.Read,
                    BufferSize = 0,
                });
                break;
            }
            catch (IOException) when (attempt < 100 && File.Exists(Path.Combine(_folder, attempt == 0 ? name + Suffix : $"{name}-{attempt}{Suffix}")))
            {
                // A recorder that ended within the same second.
            }
        }

        Write(Magic);
        DeleteOld(now);
    }

    private void DeleteOld(DateTimeOffset now)
    {
        foreach (var (path, begun) in RecordingReader.FilesIn(_folder))
        {
            if (now - begun > _kept + TimeSpan.FromHours(1))
            {
                File.Delete(path);
            }
        }
    }
}
