using Farewell.Observation.Readings;
using Farewell.Observation.Recording;

namespace Farewell.Tool.Watch;

/// <summary>Where the view's readings come from: this machine, or a recording.</summary>
internal interface IReadingSource : IDisposable
{
    /// <summary>The next reading; null when there is none any more.</summary>
    MachineReading? Next();
}

/// <summary>This machine, now.</summary>
internal sealed class LiveSource(MachineReader reader) : IReadingSource
{
    public MachineReading? Next() => reader.Read();

    public void Dispose() => reader.Dispose();
}

/// <summary>A recording, from some time on.</summary>
internal sealed class ReplaySource(string folder, DateTimeOffset? from) : IReadingSource
{
    private readonly IEnumerator<MachineReading> _readings = RecordingReader.Read(folder, from).GetEnumerator();

    public MachineReading? Next() => _readings.MoveNext() ? _readings.Current : null;

    public void Dispose() => _readings.Dispose();
}
