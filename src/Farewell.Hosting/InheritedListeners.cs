using System.Net.Sockets;
using Farewell.Listening;

namespace Farewell.Hosting;

/// <summary>The listeners that this process was started with, for several servers to take theirs by name.</summary>
internal static class InheritedListeners
{
    private static readonly Lazy<List<InheritedListener>> All = new(static () => [.. InheritedListener.TakeAll()]);

    /// <summary>Takes one, once.</summary>
    /// <returns>Null if there is none of that name.</returns>
    /// <exception cref="ListenException">What was passed makes no sense.</exception>
    public static Socket? Take(string name, ListenOptions options)
    {
        lock (All)
        {
            var index = All.Value.FindIndex(each => each.Name == name);
            if (index < 0)
            {
                return null;
            }

            var found = All.Value[index];
            All.Value.RemoveAt(index);
            return found.Open(options);
        }
    }

    /// <summary>What is there to take, for a message.</summary>
    public static string Describe()
    {
        lock (All)
        {
            return All.Value.Count == 0 ? "none was passed (LISTEN_FDS)" : $"passed were: {string.Join(", ", All.Value.Select(each => each.Name))}";
        }
    }
}
