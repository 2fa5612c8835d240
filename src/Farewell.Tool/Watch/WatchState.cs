using Farewell.Tcp;

namespace Farewell.Tool.Watch;

/// <summary>In which order destinations stand.</summary>
internal enum WatchOrder
{
    Used,
    Rate,
    TimeLeft,
    Name,
}

/// <summary>What the keys have chosen.</summary>
internal sealed class WatchState
{
    public WatchOrder Order { get; private set; }

    public string Filter { get; private set; } = "";

    public bool Typing { get; private set; }

    public bool Frozen { get; private set; }

    public bool Drilled { get; private set; }

    public bool ByProcess { get; private set; }

    /// <summary>The destination chosen; stays the same one while others overtake it.</summary>
    public (Endpoint Source, Endpoint Destination)? Chosen { get; set; }

    /// <summary>How far the arrows have moved since the last frame.</summary>
    public int Moved { get; set; }

    public bool Ended { get; private set; }

    /// <summary>Takes a key; what is no command is ignored.</summary>
    public void Press(ConsoleKeyInfo key)
    {
        if (Typing)
        {
            Type(key);
            return;
        }

        switch (key)
        {
            case { KeyChar: 'q' }:
                Ended = true;
                break;
            case { Key: ConsoleKey.Escape }:
                (Drilled, Filter) = (false, Drilled ? Filter : "");
                break;
            case { KeyChar: 's' }:
                Order = (WatchOrder)(((int)Order + 1) % 4);
                break;
            case { KeyChar: 'f' or ' ' }:
                Frozen = !Frozen;
                break;
            case { KeyChar: 'p' }:
                (ByProcess, Drilled) = (!ByProcess, false);
                break;
            case { KeyChar: '/' }:
                (Typing, Filter) = (true, "");
                break;
            case { Key: ConsoleKey.Enter }:
                Drilled = !Drilled;
                break;
            case { Key: ConsoleKey.DownArrow } or { KeyChar: 'j' }:
                Moved++;
                break;
            case { Key: ConsoleKey.UpArrow } or { KeyChar: 'k' }:
                Moved--;
                break;
        }
    }

    private void Type(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                Typing = false;
                break;
            case ConsoleKey.Escape:
                (Typing, Filter) = (false, "");
                break;
            case ConsoleKey.Backspace:
                Filter = Filter.Length == 0 ? "" : Filter[..^1];
                break;
            default:
                Filter += char.IsControl(key.KeyChar) ? "" : key.KeyChar;
                break;
        }
    }
}
