using System.Runtime.InteropServices;
using CsCheck;
using Farewell.Tcp.Endings;

namespace Farewell.Tcp.Tests.Endings;

/// <summary>The judge against a model that knows the truth.</summary>
public sealed class EndingJudgeProperties
{
    private static readonly Assumptions Linux = Assumptions.Linux;

    private static readonly ModelStep[] OftenWanted =
        [ModelStep.DeliverToLocal, ModelStep.DeliverToRemote, ModelStep.LocalCloses, ModelStep.RemoteCloses];

    private static readonly Gen<ModelStep[]> Steps = Gen.OneOf(
        Gen.Enum<ModelStep>(),
        Gen.Int[0, 3].Select(i => OftenWanted[i])).Array[0, 24];

    [Fact]
    public void Verdict_NeverContradictsTheTruth_FromEitherVantage() => Sample((steps, connection) =>
    {
        Agree(connection.Truth(), Judge(connection.LocalVantage), steps, connection.LocalVantage);
        Agree(connection.Truth(), Judge(connection.RemoteVantage), steps, connection.RemoteVantage);
    });

    /// <summary>An answer of unknown never contradicts: this is the property that such an answer does not pass.</summary>
    [Fact]
    public void Verdict_OnAWholeOrderlyConnection_KnowsEverything() => Gen.Int[0, 7].Array[0, 24].Sample(
        numbers =>
        {
            ModelStep[] steps = [.. numbers.Select(n => (ModelStep)(n % 6)), ModelStep.LocalCloses, ModelStep.RemoteCloses];
            var connection = ModelConnection.Play(steps);
            var truth = connection.Truth();
            var judged = Judge(connection.LocalVantage);
            if (truth.How == How.Orderly)
            {
                (judged.ClosedFirst, judged.How, judged.ResetBy, judged.TimeWait.Holder)
                    .ShouldBe((truth.ClosedFirst, How.Orderly, ResetBy.None, truth.TimeWait.Holder), Story(steps, connection.LocalVantage));
            }
            else
            {
                judged.ResetBy.ShouldNotBe(ResetBy.None, Story(steps, connection.LocalVantage));
            }
        },
        iter: 50_000);

    [Fact]
    public void Verdict_OfBothVantages_Agrees() => Sample((steps, connection) =>
        Agree(Judge(connection.RemoteVantage), Judge(connection.LocalVantage), steps, connection.LocalVantage));

    [Fact]
    public void Swap_OfTheEvidence_SwapsTheVerdict() => Sample((steps, connection) =>
    {
        var straight = Judge(connection.LocalVantage);
        var swapped = Judge([.. connection.LocalVantage.Select(e => e.Swap())]).Swap();
        (straight with { Evidence = [] }).ShouldBe(swapped with { Evidence = [] }, Story(steps, connection.LocalVantage));
    });

    [Fact]
    public void DroppingOneSegment_MayMakeItUnknown_ButNeverContradicts() => Sample((steps, connection) =>
    {
        var whole = Judge(connection.LocalVantage);
        for (var i = 0; i < connection.LocalVantage.Count; i++)
        {
            var rest = connection.LocalVantage.Where((_, index) => index != i).ToList();
            Agree(whole, Judge(rest), steps, rest);
            Agree(connection.Truth(), Judge(rest), steps, rest);
        }
    });

    [Fact]
    public void RepeatingASegment_ChangesNothing() => Sample((steps, connection) =>
    {
        var whole = Judge(connection.LocalVantage) with { Evidence = [] };
        List<CloseEvent> twice = [.. connection.LocalVantage.SelectMany(e => new[] { e, e })];
        (Judge(twice) with { Evidence = [] }).ShouldBe(whole, Story(steps, twice));
    });

    private static void Sample(Action<ModelStep[], ModelConnection> check) =>
        Steps.Sample(steps => check(steps, ModelConnection.Play(steps)), iter: 50_000);

    private static Ending Judge(List<CloseEvent> evidence) =>
        EndingJudge.Judge(CollectionsMarshal.AsSpan(evidence), Vantage.Packets, Linux);

    private static void Agree(Ending expected, Ending judged, ModelStep[] steps, List<CloseEvent> evidence) =>
        Contradiction.Between(expected, judged).ShouldBeEmpty(Story(steps, evidence));

    private static string Story(ModelStep[] steps, List<CloseEvent> evidence) =>
        $"steps: {string.Join(", ", steps)}\n{string.Join("\n", evidence)}";
}
