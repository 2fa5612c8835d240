using Farewell.Carriers;
using Farewell.Protocol;
using Farewell.Sessions;

namespace Farewell.Tests.Conformance;

/// <summary>One side of a session in the suite.</summary>
internal sealed class Party
{
    private readonly CountingWatch _watch = new();

    public Party(Role role, bool dials, Transport transport, Func<SessionWatch, SessionSettings> settings)
    {
        Transport = new ProbedTransport(transport);
        Driver = new SessionDriver(role, dials, Transport, settings(_watch));
        Driver.Start();
    }

    public SessionDriver Driver { get; }

    public ProbedTransport Transport { get; }

    public FarewellSession Session => Driver.Face;

    public int EndsTold => Volatile.Read(ref _watch.Ends);

    public Task OpenedAsync() => Driver.Opened.WaitAsync(Eventually.Limit);

    public Task<SessionReport> ReportAsync() => Session.Completion.WaitAsync(Eventually.Limit);

    /// <summary>Ends what a test left open, and says what the transport or its driver did against their contract.</summary>
    public async Task CloseAsync()
    {
        Session.Abort();
        await ReportAsync();
        EndsTold.ShouldBe(1, "told its end");
        Transport.Faults.ShouldBeEmpty();
    }

    private sealed class CountingWatch : SessionWatch
    {
        public int Ends;

        public override void Ended(Driver session, SessionReport report) => Interlocked.Increment(ref Ends);
    }
}
