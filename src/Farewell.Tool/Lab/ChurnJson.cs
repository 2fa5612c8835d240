using System.Text.Json;
using Farewell.Lab.Churn;
using Farewell.Lab.Networks;
using Farewell.Tool.Output;

namespace Farewell.Tool.Lab;

/// <summary>Writes the document of <c>farewell lab --churn --json</c>; docs/schemas/lab-churn.schema.json describes it.</summary>
internal static class ChurnJson
{
    private sealed record Document(
        string Schema, DateTimeOffset At, string Tool, JsonMachine Machine, LabDocumentNetwork Network, IReadOnlyDictionary<string, string> Missing,
        IReadOnlyList<Churned> Strategies);

    private sealed record Churned(
        string Name, int Ports, double SustainedPerSecond, int Failed, IReadOnlyDictionary<string, int> Errors, LabDocumentTimeWait MaxTimeWait,
        IReadOnlyList<ChurnSecond> Seconds, IReadOnlyList<ChurnTenth> Filling);

    public static string Write(ILabNetwork network, IReadOnlyList<ChurnResult> results)
    {
        var head = JsonDocumentHead.Of("lab-churn");
        return JsonSerializer.Serialize(
            new Document(
                head.Schema, head.At, head.Tool, head.Machine, LabJson.NetworkOf(network), new Dictionary<string, string>(),
                [.. results.Select(r => new Churned(
                    r.Strategy.Name, r.Ports, r.SustainedPerSecond, r.Errors.Values.Sum(), r.Errors,
                    new LabDocumentTimeWait(r.MaxTimeWaitAtClient, r.MaxTimeWaitAtServer), r.Seconds, r.Filling))]),
            RecordJson.Options);
    }
}
