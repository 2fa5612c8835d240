using System.Runtime.CompilerServices;

namespace Farewell.Concurrency.Control;

/// <summary>Stands in for <see cref="System.Threading.Lock"/>. What is locked is locked by <see cref="Gate"/>.</summary>
public sealed class Lock;

/// <summary>What <c>lock</c> becomes: entering is a point, and who finds it taken waits under control.</summary>
public static class Gate
{
    private static readonly ConditionalWeakTable<object, State> States = [];

    /// <summary>Enters; disposing leaves.</summary>
    public static Held Enter(object gate, string where)
    {
        if (Worker.Here is not { IsAside: false } worker)
        {
            return default;
        }

        var state = States.GetOrCreateValue(gate);
        if (state.Owner != worker.Strand)
        {
            Run.Point(where);
            Run.WaitUntil($"the lock of {where}", () => state.Owner is null);
        }

        state.Owner = worker.Strand;
        state.Depth++;
        return new Held(state, where);
    }

    /// <summary>A lock that is held.</summary>
    public readonly struct Held : IDisposable
    {
        private readonly State? _state;
        private readonly string _where;

        internal Held(State state, string where) => (_state, _where) = (state, where);

        public void Dispose()
        {
            if (_state is not null && --_state.Depth == 0)
            {
                _state.Owner = null;
                Run.Point(_where);
            }
        }
    }

    internal sealed class State
    {
        public Strand? Owner { get; set; }

        public int Depth { get; set; }
    }
}
