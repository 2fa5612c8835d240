using Farewell.Lab.Networks;
using Farewell.Lab.Running;

namespace Farewell.Tool.Lab;

internal static class LabJson
{
    public static string Write(ILabNetwork network, IReadOnlyList<StrategyResult> results) => "{}";
}
