using Farewell.Tcp.Endings;

namespace Farewell.Lab.Witnesses;

/// <summary>A field in which two witnesses of one connection differ.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Witness">One witness.</param>
/// <param name="Says">What it says.</param>
/// <param name="Other">Another witness.</param>
/// <param name="OtherSays">What that one says.</param>
/// <param name="Explanation">The segment that one saw and the other did not; null when nothing explains the difference, and then they disagree.</param>
public readonly record struct Disagreement(string Field, string Witness, string Says, string Other, string OtherSays, string? Explanation)
{
    /// <summary>Every difference among the witnesses of one connection.</summary>
    public static IReadOnlyList<Disagreement> Among(ConnectionFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        List<Disagreement> found = [];
        var all = findings.Testimonies;
        for (var i = 0; i < all.Count; i++)
        {
            for (var j = i + 1; j < all.Count; j++)
            {
                found.AddRange(Contradiction.Between(all[i].Ending, all[j].Ending).Select(contradiction => new Disagreement(
                    contradiction.Field, all[i].Witness, InSides(contradiction.One), all[j].Witness, InSides(contradiction.Other),
                    Explain(all[i], all[j]) ?? Explain(all[j], all[i]))));
            }
        }

        return found;
    }

    /// <summary>What <paramref name="one"/> saw, or did, that explains why <paramref name="other"/> says something else.</summary>
    private static string? Explain(Testimony one, Testimony other) => (one.Ending.Vantage, other.Ending.Vantage) switch
    {
        (Vantage.Packets, Vantage.Socket or Vantage.Library) => UnseenReset(other, First(one, e => e.Segment.IsReset)),
        (Vantage.Socket or Vantage.Library, Vantage.Socket or Vantage.Library) => UnseenReset(other, First(one, e => e.Kind == CloseEventKind.Aborted)),
        (Vantage.Packets, Vantage.Packets) => UnseenSegment(one, other),
        _ => null,
    };

    /// <summary>A socket that has read the end of the stream, or has given up, is not told of a reset that comes after it.</summary>
    private static string? UnseenReset(Testimony socket, CloseEvent? reset)
    {
        var wasTold = socket.Ending.Evidence.Any(e => e.Kind is CloseEventKind.ResetSeen or CloseEventKind.Aborted);
        return reset is not null && !wasTold ? $"{socket.Witness} was not shown the reset ({Show(reset.Value)})" : null;
    }

    private static string? UnseenSegment(Testimony one, Testimony other)
    {
        var seenByOther = other.Ending.Evidence.Select(e => (e.By, e.Segment)).ToHashSet();
        foreach (var item in one.Ending.Evidence)
        {
            if (item.Kind == CloseEventKind.Segment && !seenByOther.Contains((item.By, item.Segment)))
            {
                return $"only {one.Witness} saw {Show(item)}";
            }
        }

        return null;
    }

    /// <summary>In the lab local is always the client.</summary>
    private static string InSides(string value) => value switch { "Local" => "client", "Remote" => "server", _ => value.ToLowerInvariant() };

    private static string Show(CloseEvent item)
    {
        var side = item.By == Tcp.Side.Local ? "client" : "server";
        return item.Kind == CloseEventKind.Segment ? $"{side} {item.Segment}" : $"{side}'s application aborted";
    }

    private static CloseEvent? First(Testimony testimony, Func<CloseEvent, bool> wanted)
    {
        foreach (var item in testimony.Ending.Evidence)
        {
            if (wanted(item))
            {
                return item;
            }
        }

        return null;
    }
}
