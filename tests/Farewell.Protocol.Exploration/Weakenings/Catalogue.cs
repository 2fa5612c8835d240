namespace Farewell.Protocol.Exploration.Weakenings;

/// <summary>What <c>docs/protocol.md</c> sections 2 to 8 demand, what code enforces, and what is no cell of a table: each left out once.</summary>
internal static partial class Catalogue
{
    private const string Application = "Sessions/Session.Application.cs";
    private const string Deadlines = "Sessions/Session.Deadlines.cs";
    private const string Events = "Sessions/Session.Events.cs";
    private const string Machine = "Sessions/Session.cs";
    private const string Payloads = "Sessions/Session.Payloads.cs";
    private const string Reading = "Sessions/Session.Reading.cs";
    private const string Taking = "Sessions/Session.Taking.cs";
    private const string Writing = "Sessions/Session.Writing.cs";
    private const string Steps = "Closing.cs";
    private const string Waiting = "Sessions/Outbox.cs";
    private const string Handled = "Sessions/Intake.cs";
    private const string Layout = "Frames/FrameLayout.cs";
    private const string Greeting = "Frames/Hello.cs";

    public static IReadOnlyList<Weakening> All { get; } = [.. Received, .. Said, .. Timed];
}
