namespace Farewell.Concurrency.Control;

/// <summary>
/// A thread that carries strands, one after the other, as a pool's does: what is kept by thread (its identity, thread statics) is met again by a later strand. New for each run, so that a run
/// begins from nothing.
/// </summary>
internal sealed class Worker
{
    private readonly System.Threading.SemaphoreSlim _turn = new(0);
    private readonly SynchronizationContext _context;
    private Strand? _strand;

    public Worker(Run run)
    {
        Run = run;
        _context = new Posting(run);
        var thread = new System.Threading.Thread(Carry, 512 * 1024) { IsBackground = true, Name = "worker" };
        ManagedThreadId = thread.ManagedThreadId;
        thread.Start();
    }

    [field: ThreadStatic]
    public static Worker? Here { get; private set; }

    public Run Run { get; }

    public Strand Strand => _strand!;

    public int ManagedThreadId { get; }

    /// <summary>How many things it does aside: nothing there is a point.</summary>
    public int Asides { get; set; }

    public bool IsAside => Asides > 0;

    public void Assign(Strand? strand)
    {
        _strand = strand;
        strand?.Worker = this;
    }

    public void Wake() => _turn.Release();

    public void AwaitTurn() => _turn.Wait();

    /// <summary>
    /// Holds the calling thread for good, once its run is over. Unwinding it would run catch and finally blocks of the library, which would do things in a run that is judged already; it is a
    /// background thread and ends with the process.
    /// </summary>
    public static void Park() => new System.Threading.SemaphoreSlim(0).Wait();

    private void Carry()
    {
        Here = this;
        SynchronizationContext.SetSynchronizationContext(_context);
        AwaitTurn();
        while (_strand is { } strand)
        {
            try
            {
                Run.Carry(strand);
            }
            catch (RunOverException)
            {
                return;
            }

            if (!Run.Next(this))
            {
                AwaitTurn();
            }
        }
    }

    /// <summary>Continuations become strands.</summary>
    private sealed class Posting(Run run) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => run.Post(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here sends.");

        // All workers of a run are one pool: a completion may continue at once wherever it happens, as it may without a context.
        public override SynchronizationContext CreateCopy() => this;
    }
}
