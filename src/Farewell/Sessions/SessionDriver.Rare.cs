using Farewell.Sockets;

namespace Farewell.Sessions;

/// <summary>What most sessions have nothing of while they are idle: one reference holds the place of all of it.</summary>
internal sealed partial class SessionDriver
{
    private Rare? _rare;

    /// <summary>Under the lock.</summary>
    private Rare Made => _rare ??= new Rare();

    /// <summary>Under the lock.</summary>
    private EndingTrace Trace => Made.Trace ??= new EndingTrace();

    /// <summary>Completes with what became of the session. Made when somebody wants it.</summary>
    public Task<SessionReport> Completion
    {
        get
        {
            lock (_core)
            {
                if (Made.Completion is null)
                {
                    Made.Completion = new TaskCompletionSource<SessionReport>(TaskCreationOptions.RunContinuationsAsynchronously);
                    if (Made.Report is { } report)
                    {
                        Made.Completion.SetResult(report);
                    }
                }

                return Made.Completion.Task;
            }
        }
    }

    /// <summary>Completes when the session is open, or fails if it ends before.</summary>
    public Task Opened
    {
        get
        {
            lock (_core)
            {
                if (Made.Opened is null)
                {
                    Made.Opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    Settle(Made.Opened);
                }

                return Made.Opened.Task;
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Settle(TaskCompletionSource? opened)
    {
        if (_isOpened)
        {
            opened?.TrySetResult();
        }
        else if (opened is not null && _rare?.Report is { } report)
        {
            opened.TrySetException(new FarewellException(report, _rare.Dismissal));
            _ = opened.Task.Exception;
        }
    }

    private sealed class Rare
    {
        public Inbox? Inbox;
        public EndingTrace? Trace;
        public TaskCompletionSource<SessionReport>? Completion;
        public TaskCompletionSource? Opened;
        public SessionReport? Report;
        public (SessionReport Report, SocketEnd End)? EndToTell;
        public Dictionary<uint, AskSource>? Asks;
        public LinkedList<TaskCompletionSource>? Waiters;
        public SortedList<uint, TaskCompletionSource<bool>>? Confirmations;
        public Queue<Work>? Waiting;
        public Dictionary<uint, CancellationTokenSource>? Cancellations;
        public Exception? Fault;
        public Dismissal? Dismissal;
        public int AsksUnknown;
        public long RefusedByHandlers;
        public long Dropped;
    }
}
