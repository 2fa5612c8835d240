using Farewell.Tool.Output;

namespace Farewell.Tool.Lab;

/// <summary>The document of <c>farewell lab --json</c>; docs/schemas/lab.schema.json describes it.</summary>
internal sealed record LabDocument(
    string Schema, DateTimeOffset At, string Tool, JsonMachine Machine, LabDocumentNetwork Network, int WitnessesHeard, int WitnessesPossible,
    IReadOnlyDictionary<string, string> Missing, IReadOnlyList<LabDocumentStrategy> Strategies);

internal sealed record LabDocumentNetwork(string Kind, string? Refusal, string ClientAddress, string ServerAddress);

internal sealed record LabDocumentStrategy(
    string Name, string Group, string Does, string Lesson, int Connections,
    IReadOnlyDictionary<string, int> ClosedFirst, IReadOnlyDictionary<string, int> How, LabDocumentTimeWait TimeWait,
    IReadOnlyDictionary<string, int> PeerSaw, long BytesSent, long BytesRead, IReadOnlyList<LabDocumentSegment> Segments,
    IReadOnlyList<string> Witnesses, bool Agree, IReadOnlyList<LabDocumentDifference> Differences, IReadOnlyList<string> Unexpected,
    double DurationSeconds, string? Skipped);

internal sealed record LabDocumentTimeWait(int Client, int Server);

internal sealed record LabDocumentSegment(double AtSeconds, string From, string Flags, uint Sequence, uint? Acknowledgement, int Length);

internal sealed record LabDocumentDifference(
    int Connections, string Field, string Witness, string Says, string Other, string OtherSays, string? Explanation);
