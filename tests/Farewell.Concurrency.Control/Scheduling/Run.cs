namespace Farewell.Concurrency.Control;

/// <summary>
/// One run of a scenario under control: of all strands one runs, up to its next point, where the strategy says which goes on. Everything that could differ from run to run is drawn from
/// the strategy, so the same strategy makes the same run.
/// </summary>
public sealed partial class Run
{
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(1);

    private readonly Strategy _strategy;
    private readonly Scenario _scenario;
    private readonly List<Strand> _live = [];
    private readonly List<Strand> _enabled = [];
    private readonly Stack<Worker> _idle = [];
    private readonly List<(string Name, Task Task)> _expected = [];
    private readonly List<Action> _checks = [];
    private readonly ManualResetEventSlim _over = new();
    private readonly List<Worker> _workers = [];
    private Strand _current = null!;
    private int _strands;
    private Task? _main;

    private Run(Scenario scenario, Strategy strategy, bool isFine)
    {
        (_scenario, _strategy, IsFine) = (scenario, strategy, isFine);
        Clock = new VirtualClock(this);
        Network = new MemoryNetwork(this);
        Random = new Random(strategy.Seed);
    }

    /// <summary>The run that the calling thread belongs to; null outside of any.</summary>
    public static Run? Current => Worker.Here?.Run;

    /// <summary>Which way its scenario is run.</summary>
    public string Variant => _scenario.Variant;

    /// <summary>Its time: it stands still while anything can run.</summary>
    public VirtualClock Clock { get; }

    /// <summary>Its sockets.</summary>
    public MemoryNetwork Network { get; }

    /// <summary>Its chance, for sizes of pieces and the like.</summary>
    public Random Random { get; }

    /// <summary>Whether statements are points, not only locks, atomics and queues.</summary>
    public bool IsFine { get; }

    /// <summary>Points passed so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Threads that somebody started and that are not over.</summary>
    public int Threads { get; internal set; }

    /// <summary>What went wrong; null if nothing did.</summary>
    public string? Failure { get; private set; }

    /// <summary>Runs a scenario from its beginning until nothing is left to run.</summary>
    public static Run Execute(Scenario scenario, Strategy strategy, bool isFine)
    {
        var run = new Run(scenario, strategy, isFine);
        strategy.Begin();
        run._current = run.Begin("scenario", () => run._main = scenario.Body(run));
        var worker = run.Hire();
        worker.Assign(run._current);
        worker.Wake();
        for (var seen = -1; !run._over.Wait(StuckAfter); seen = run.Steps)
        {
            if (seen == run.Steps)
            {
                run.Failure = $"stuck: {run._current} blocks a thread in something that is not controlled, after {run.Where(run._current)}";
                break;
            }
        }

        return run;
    }

    /// <summary>Begins a strand.</summary>
    public Strand Begin(string name, Action body)
    {
        var strand = new Strand(++_strands, name, body);
        _strategy.Begun(strand);
        _live.Add(strand);
        return strand;
    }

    /// <summary>Begins an actor of a scenario.</summary>
    public Task Act(string name, Func<Task> body)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Begin(name, () => _ = ActAsync(body, source));
        _expected.Add((name, source.Task));
        return source.Task;
    }

    /// <summary>Fails the run if a task is not complete when nothing is left to run.</summary>
    public T Expect<T>(string name, T task)
        where T : Task
    {
        _expected.Add((name, task));
        return task;
    }

    /// <summary>Checks something when nothing is left to run.</summary>
    public void Finally(Action check) => _checks.Add(check);

    /// <summary>A point: another strand may go on here.</summary>
    public static void Point(string where)
    {
        if (Worker.Here is { IsAside: false } worker)
        {
            worker.Run.Pass(worker, where);
        }
    }

    /// <summary>What a type makes once in a process: the first run would else pass points that no later one does.</summary>
    public static T Aside<T>(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (Worker.Here is not { } worker)
        {
            return make();
        }

        worker.Asides++;
        try
        {
            return make();
        }
        finally
        {
            worker.Asides--;
        }
    }

    /// <summary>Waits until something holds.</summary>
    internal static void WaitUntil(string what, Func<bool> until)
    {
        var worker = Worker.Here ?? throw new InvalidOperationException($"{what}: nothing here may wait outside of a run.");
        if (until())
        {
            return;
        }

        worker.Strand.Wait(what, until, isIdle: false);
        worker.Run.Pass(worker, what);
        worker.Strand.GoOn();
    }

    /// <summary>Waits for something to do, which may never come: when the run is over, so is the strand.</summary>
    internal static void Idle(string what, Func<bool> until)
    {
        var worker = Worker.Here ?? throw new InvalidOperationException($"{what}: nothing here may wait outside of a run.");
        worker.Strand.Wait(what, until, isIdle: true);
        worker.Run.Pass(worker, what);
        worker.Strand.GoOn();
        if (!until())
        {
            throw new RunOverException();
        }
    }

    /// <summary>A worker of somebody's own, who carries one strand first.</summary>
    internal Worker HireAnother()
    {
        var worker = new Worker(this);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Ends the run with a failure. The strand that found it goes no further, and neither does any other.</summary>
    internal void Fail(string failure)
    {
        Failure ??= failure;
        _over.Set();
        if (Worker.Here?.Run == this)
        {
            Worker.Park();
        }
    }

    internal void Post(Action callback)
    {
        if (Worker.Here?.Run != this)
        {
            Fail("not controlled: a continuation came from a thread of its own");
            return;
        }

        Begin("continuation", callback);
    }

    internal void Carry(Strand strand)
    {
        try
        {
            strand.Body();
        }
        catch (Exception thrown) when (thrown is not RunOverException)
        {
            Fail($"thrown: by {strand}: {thrown}");
        }
    }

    /// <summary>A strand is over: its worker takes the next, or lets another worker go on.</summary>
    /// <returns>Whether the worker has a strand to carry at once.</returns>
    internal bool Next(Worker worker)
    {
        Note(worker.Strand, "returned");
        _live.Remove(worker.Strand);
        if (Pick(null) is not { } next)
        {
            End();
            worker.Assign(null);
            return true;
        }

        _current = next;
        if (next.Worker is { } carrier)
        {
            _idle.Push(worker);
            carrier.Wake();
            return false;
        }

        worker.Assign(next);
        return true;
    }

    private void Pass(Worker worker, string where)
    {
        var me = worker.Strand;
        Note(me, where);
        if (++Steps > _scenario.MaxSteps)
        {
            Fail($"endless: not over after {Steps:N0} points");
        }

        if (Pick(me) is not { } next)
        {
            End();
            if (!me.IsIdle)
            {
                Worker.Park();
            }

            return;
        }

        if (next != me)
        {
            _current = next;
            if (next.Worker is null)
            {
                Hire().Assign(next);
            }

            next.Worker!.Wake();
            worker.AwaitTurn();
        }
    }

    private Worker Hire()
    {
        return _idle.TryPop(out var idle) ? idle : HireAnother();
    }

    /// <summary>Who goes on; null if nobody ever will.</summary>
    private Strand? Pick(Strand? me)
    {
        while (true)
        {
            _enabled.Clear();
            foreach (var strand in _live)
            {
                if (strand.IsEnabled)
                {
                    _enabled.Add(strand);
                }
            }

            if (_enabled.Count > 0 && !(_scenario.TimePasses && Clock.HasTimers && _strategy.LetsTimePass()))
            {
                return _enabled.Count == 1 ? _enabled[0] : _strategy.Choose(_enabled, me is not null && _enabled.Contains(me) ? me : null);
            }

            if (_enabled.Count == 0 && ((_main?.IsCompleted == true && !Clock.IsOverdue) || Clock.Elapsed > _scenario.MaxTime || !Clock.HasTimers))
            {
                return null;
            }

            Clock.Advance();
        }
    }

    /// <summary>Nothing is left to run: judges.</summary>
    private void End()
    {
        var waiting = _live.Where(strand => strand.WaitsFor is not null && !strand.IsIdle).ToList();
        var open = _expected.Where(expected => !expected.Task.IsCompleted).Select(expected => expected.Name).ToList();
        Failure ??= waiting.Count > 0 ? $"deadlock: {string.Join("; ", waiting.Select(strand => $"{strand} waits for {strand.WaitsFor}"))}"
            : _main is { IsFaulted: true } ? Describe(_main.Exception!.GetBaseException())
            : _expected.Find(expected => expected.Task.IsFaulted) is { Task: { } faulted, Name: var name } ? $"{Describe(faulted.Exception!.GetBaseException())} ({name})"
            : _main?.IsCompleted != true || open.Count > 0 ? $"never completes: {string.Join(", ", open.DefaultIfEmpty("the scenario"))}, at {Clock.Elapsed.TotalSeconds:0.###} s"
            : BytePool.Check(this) ?? Network.Descriptors.Leak ?? Check();
        foreach (var worker in _idle)
        {
            worker.Assign(null);
            worker.Wake();
        }

        foreach (var strand in _live.Where(strand => strand.IsIdle && strand.Worker != Worker.Here))
        {
            strand.Worker!.Wake();
        }

        _over.Set();
    }

    private string? Check()
    {
        try
        {
            _checks.ForEach(check => check());
            return null;
        }
        catch (PropertyViolatedException violated)
        {
            return violated.Message;
        }
    }

    private static string Describe(Exception thrown) => thrown is PropertyViolatedException ? thrown.Message : $"thrown: {thrown}";

    private static async Task ActAsync(Func<Task> body, TaskCompletionSource source)
    {
        try
        {
            await body();
            source.SetResult();
        }
        catch (Exception thrown)
        {
            source.SetException(thrown);
        }
    }
}

/// <summary>Nothing is left to run: who waits for something to do goes home.</summary>
internal sealed class RunOverException : Exception;

/// <summary>Something that must hold did not.</summary>
public sealed class PropertyViolatedException(string message) : Exception(message)
{
    /// <summary>Throws unless a property holds.</summary>
    public static void ThrowUnless(bool holds, string property)
    {
        if (!holds)
        {
            // Where it is found: an exception thrown inside a handler would be the session's affair.
            Run.Current?.Fail(property);
            throw new PropertyViolatedException(property);
        }
    }
}
