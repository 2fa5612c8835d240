namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Threading.Thread"/>: a strand with a worker of its own, which keeps its identity.</summary>
public sealed class Thread(Action body)
{
    private readonly Worker _worker = Run.Current!.HireAnother();
    private bool _isOver;

    public string? Name { get; set; }

    public bool IsBackground { get; set; }

    public int ManagedThreadId => _worker.ManagedThreadId;

    public void Start()
    {
        Run.Current!.Threads++;
        _worker.Assign(Run.Current.Begin(Name ?? "thread", () =>
        {
            body();
            _isOver = true;
            Run.Current.Threads--;
        }));
    }

    public void Join() => Run.WaitUntil($"{Name} to end", () => _isOver);
}
