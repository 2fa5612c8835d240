namespace Farewell.Concurrency;

/// <summary>What the scheduler itself must find, in programs of a few lines.</summary>
public sealed class ControlTests
{
    [Fact]
    public void ALostUpdate_IsFound()
    {
        var found = Exploration.Run(new Scenario("a lost update", async run =>
        {
            var count = 0;
            await Tasks.WhenAll(Enumerable.Range(0, 2).Select(number => run.Act($"adder {number}", () =>
            {
                var seen = count;
                Run.Point("between");
                count = seen + 1;
                return Task.CompletedTask;
            })));
            PropertyViolatedException.ThrowUnless(count == 2, $"sum: {count}");
        }), 1, 100);
        found.Property.ShouldBe("sum: 1");
        found.Failure.ShouldNotBeNull().ShouldContain("again: \"a lost update\"");
    }

    [Fact]
    public void LocksTakenInTwoOrders_AreADeadlock()
    {
        var found = Exploration.Run(new Scenario("two orders", async run =>
        {
            var (one, other) = (new object(), new object());
            await Tasks.WhenAll(Take(run, one, other), Take(run, other, one));
        }), 1, 100);
        found.Property.ShouldNotBeNull().ShouldStartWith("deadlock: ");

        static Task Take(Run run, object first, object second) => run.Act("taker", () =>
        {
            using (Gate.Enter(first, "first"))
            using (Gate.Enter(second, "second"))
            {
                return Task.CompletedTask;
            }
        });
    }

    [Fact]
    public void LocksTakenInOneOrder_AreNone() =>
        Exploration.Exhaust(
            new Scenario("one order", async run =>
            {
                var (one, other) = (new object(), new object());
                await Tasks.WhenAll(Enumerable.Range(0, 2).Select(number => run.Act($"taker {number}", () =>
                {
                    using (Gate.Enter(one, "first"))
                    using (Gate.Enter(other, "second"))
                    {
                        return Task.CompletedTask;
                    }
                })));
            }),
            1,
            2,
            TimeSpan.FromSeconds(20)).Failure.ShouldBeNull();

    [Fact]
    public void ATaskThatNobodyCompletes_IsFound() =>
        Exploration.Run(new Scenario("waits", run => run.Act("waiter", () => new TaskCompletionSource().Task)), 1, 1).Property.ShouldNotBeNull().ShouldStartWith("never completes: waiter");

    [Fact]
    public void AFieldTouchedByTwo_IsADataRace()
    {
        var shared = new object();
        var found = Exploration.Run(new Scenario("two writers", run => Tasks.WhenAll(Enumerable.Range(0, 2).Select(number => run.Act($"writer {number}", () =>
        {
            Run.Touches(shared, "Shared.field", writes: true);
            Run.Statement("here");
            return Task.CompletedTask;
        })))), 1, 100);
        found.Property.ShouldNotBeNull().ShouldStartWith("data race: Shared.field");
    }

    [Fact]
    public void AThreadThatIsNotControlled_IsFound() =>
        Exploration.Run(new Scenario("a thread of its own", async run =>
        {
            var source = new TaskCompletionSource();
            run.Begin("beginner", () =>
            {
                var thread = new System.Threading.Thread(source.SetResult);
                thread.Start();
                thread.Join();
            });
            await source.Task;
        }), 1, 1).Property.ShouldNotBeNull().ShouldStartWith("not controlled");

    [Fact]
    public void ABufferUsedAfterItWasGivenBack_IsFound() =>
        Exploration.Run(new Scenario("a buffer", _ =>
        {
            var buffer = BytePool.Shared.Rent(10);
            BytePool.Shared.Return(buffer);
            buffer[3] = 1;
            return Task.CompletedTask;
        }), 1, 1).Property.ShouldBe("buffer: written to after it was given back");

    [Fact]
    public void Time_PassesOnlyWhenNothingElseCan()
    {
        var found = Exploration.Run(new Scenario("time", async run =>
        {
            var isDone = false;
            run.Begin("work", () =>
            {
                Run.Point("working");
                isDone = true;
            });
            await Task.Delay(TimeSpan.FromSeconds(5), run.Clock);
            PropertyViolatedException.ThrowUnless(isDone && run.Clock.Elapsed == TimeSpan.FromSeconds(5), $"time: {run.Clock.Elapsed}, done {isDone}");
        }), 1, 100);
        found.Failure.ShouldBeNull();
    }
}
