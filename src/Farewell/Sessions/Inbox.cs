using System.Runtime.CompilerServices;

namespace Farewell.Sessions;

/// <summary>Messages for an application that takes them one by one instead of handling them: each is handled when the next is asked for.</summary>
internal sealed class Inbox
{
    private readonly SemaphoreSlim _filled = new(0);
    private Message _message;
    private TaskCompletionSource? _taken;
    private bool _isOut;

    /// <summary>Whether a message waits that nobody has taken.</summary>
    public bool HasUnread => _taken is { Task.IsCompleted: false };

    public ValueTask Put(FarewellSession session, Message message)
    {
        if (message.IsAsk)
        {
            message.Refuse();
            return default;
        }

        _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _message = message;
        _filled.Release();
        return new ValueTask(_taken.Task);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> TakeAllAsync(Task ended, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Left in the middle of an enumeration, it is handled now.
        NoteHandled();
        while (true)
        {
            var filled = _filled.WaitAsync(cancellation);
            await Task.WhenAny(filled, ended).ConfigureAwait(false);
            if (!filled.IsCompleted)
            {
                yield break;
            }

            await filled.ConfigureAwait(false);
            _isOut = true;
            yield return _message.Payload;
            NoteHandled();
        }
    }

    private void NoteHandled()
    {
        if (_isOut)
        {
            _isOut = false;
            _taken!.TrySetResult();
        }
    }
}
