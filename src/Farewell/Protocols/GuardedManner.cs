using Farewell.Protocol;
using Farewell.Protocol.Manners;

namespace Farewell.Protocols;

/// <summary>A user's manner whose exceptions end its own connection and reach nobody else. After one it says and hears nothing.</summary>
internal sealed class GuardedManner : IClosingManner
{
    private readonly IClosingManner? _manner;

    public GuardedManner(Func<IClosingManner> make)
    {
        try
        {
            _manner = make();
            HasWords = _manner.HasWords;
        }
        catch (Exception thrown)
        {
            Fault = thrown;
        }
    }

    /// <summary>What it threw; null if nothing.</summary>
    public Exception? Fault { get; private set; }

    public bool HasWords { get; }

    public int Say(ClosingStep step, DismissReason reason, Span<byte> destination)
    {
        try
        {
            var count = Fault is null ? _manner!.Say(step, reason, destination) : 0;
            return (uint)count <= (uint)destination.Length ? count : throw new InvalidOperationException($"A word of {count} octets was said into room for {destination.Length}.");
        }
        catch (Exception thrown)
        {
            Fault = thrown;
            return 0;
        }
    }

    public ClosingStep Hear(ref ReadOnlySpan<byte> received)
    {
        try
        {
            if (Fault is null)
            {
                return _manner!.Hear(ref received);
            }
        }
        catch (Exception thrown)
        {
            Fault = thrown;
        }

        received = default;
        return ClosingStep.None;
    }
}
