namespace Farewell.Protocol.Exploration;

/// <summary>The steps that led to a state, the last first.</summary>
internal sealed record Trail(Step Step, TimeSpan At, string States, Trail? Before)
{
    public static string Describe(Trail? trail)
    {
        var steps = new List<string>();
        for (; trail is not null; trail = trail.Before)
        {
            steps.Add($"{trail.Step}  ({trail.At.TotalMilliseconds - 1000} ms, {trail.States})");
        }

        steps.Reverse();
        return string.Join(Environment.NewLine, steps.Select((step, number) => $"  {number + 1,3}. {step}"));
    }
}
