using System.Reflection;
using System.Runtime.CompilerServices;
using Farewell.Protocol.Frames;
using Farewell.Protocol.Sessions;

namespace Farewell.Protocol.Exploration;

/// <summary>
/// Whether the hash tells states apart by every field that decides the future: each mutable field of the machine is changed alone, in sessions that have been brought to every state,
/// and somewhere the hash must change with it.
/// </summary>
internal static class StateFields
{
    private static readonly Type[] Machines =
    [
        typeof(Session), typeof(Session.Rare), typeof(ClosingTimes), typeof(Inbound), typeof(FrameReader), typeof(Sessions.Assembly), typeof(Outbox), typeof(OutgoingQueue), typeof(Intake), typeof(OpenAsks),
    ];

    /// <summary>Fields that decide nothing by themselves, and why.</summary>
    public static IReadOnlyDictionary<string, string> Left { get; } = new Dictionary<string, string>
    {
        ["Inbound._held"] = "an event not yet taken: a carrier takes all events before anything else happens, and so does every step of the worlds",
        ["Inbound.<PartsHandedOut>k__BackingField"] = "memory handed out with the last event, given back by the next read",
        ["Session._pingNonce"] = "only whether a Pong repeats it counts, and there is one Ping at a time",
        ["Outbox.<PongNonce>k__BackingField"] = "the same",
        ["Session._dismissReason"] = "told to the application and on the wire, and asked by nothing",
        ["Rare.RetryAfter"] = "told to the application and on the wire, and asked by nothing",
        ["Session._told"] = "names a violation to the application, and is asked by nothing",
        ["Rare.AsksRefused"] = "counts for the application's report, and is asked by nothing",
        ["Session.<Version>k__BackingField"] = "only one version is spoken",
        ["Closing.<Rules>k__BackingField"] = "the rules of a machine never change",
        ["OpenAsks.<Wanted>k__BackingField"] = "counts those of its asks that are not cancelled",
        ["FrameReader._gathered"] = "what bytes they are decides nothing; how many there are is in the hash",
        ["FrameReader._handedOut"] = "memory handed out with the last event, given back by the next read",
        ["Assembly._memory"] = "what bytes they are decides nothing; how many there are is in the hash",
        ["AskOut.<Stamp>k__BackingField"] = "finds the ask in its queue, whose order is in the hash",
        ["OpenList`1._head"] = "where in its memory the list begins",
        ["OutgoingQueue._head"] = "where in its memory the ring begins",
        ["OutgoingQueue._kept"] = "how many payloads lie in memory of the session's own",
        ["Outgoing.<Kept>k__BackingField"] = "in whose memory the payload lies",
        ["Outgoing.<Payload>k__BackingField"] = "what bytes they are decides nothing; how many there are is in the hash",
    };

    /// <summary>Fields of a session, and of what it is made of, that no change of the hash ever followed.</summary>
    public static IReadOnlyCollection<string> Unhashed(IEnumerable<(Session Session, TimeSpan Now)> sessions)
    {
        var (met, hashed) = (new HashSet<string>(), new HashSet<string>());
        foreach (var (session, now) in sessions)
        {
            var hash = HashOf(session, now);
            Visit(session, session.GetType(), change =>
            {
                met.Add(change.Name);
                if (!hashed.Contains(change.Name) && !Left.ContainsKey(change.Name))
                {
                    change.Apply();
                    if (HashOf(session, now) != hash)
                    {
                        hashed.Add(change.Name);
                    }

                    change.Undo();
                }
            });
        }

        return [.. met.Except(hashed).Except(Left.Keys), .. Left.Keys.Except(met).Select(name => $"{name} is named as left out, and is no field")];
    }

    private static UInt128? HashOf(Session session, TimeSpan now)
    {
        try
        {
            var hash = default(StateHash);
            session.AddTo(ref hash, now);
            return hash.Value;
        }
        catch (Exception failed) when (failed is IndexOutOfRangeException or ArgumentException or NullReferenceException or OverflowException)
        {
            // The hash read the field: its new value makes no sense.
            return null;
        }
    }

    private static void Visit(object machine, Type type, Action<Change> visit)
    {
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Where(field => !field.IsInitOnly || field.FieldType.IsArray))
        {
            var value = field.GetValue(machine);
            var name = $"{type.Name}.{field.Name}";
            if (value is Array items && items.GetType().GetElementType() is { IsPrimitive: false } element)
            {
                Visit(items, element, visit);
            }
            else if (value is uint[] numbers)
            {
                VisitNumbers(name, numbers, visit);
            }
            else if (value is not null && IsMachine(value.GetType()))
            {
                Visit(value, value.GetType(), visit);
            }
            else if (value is Outgoing or Closing)
            {
                VisitFields(value, value.GetType(), changed => field.SetValue(machine, changed), visit);
            }
            else if (Other(value) is { } other)
            {
                visit(new Change(name, () => field.SetValue(machine, other), () => field.SetValue(machine, value)));
            }
            else if (value is not null || Left.ContainsKey(name))
            {
                visit(new Change(name, () => { }, () => { }));
            }
        }
    }

    private static void Visit(Array items, Type element, Action<Change> visit)
    {
        for (var i = 0; i < items.Length; i++)
        {
            var at = i;
            VisitFields(items.GetValue(i)!, element, changed => items.SetValue(changed, at), visit);
        }
    }

    private static void VisitNumbers(string name, uint[] numbers, Action<Change> visit)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            var at = i;
            visit(new Change(name, () => numbers[at]++, () => numbers[at]--));
        }
    }

    /// <summary>The fields of a value, each changed in a copy that is put where the value was.</summary>
    private static void VisitFields(object value, Type type, Action<object> put, Action<Change> visit)
    {
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            var own = $"{type.Name}.{field.Name}";
            var inner = field.GetValue(value);
            if (inner is not null && IsMachine(inner.GetType()))
            {
                Visit(inner, inner.GetType(), visit);
            }
            else if (inner is not null || Left.ContainsKey(own))
            {
                var other = Other(inner);
                visit(new Change(own, () => put(With(value, field, other)), () => put(value)));
            }
        }
    }

    private static object With(object value, FieldInfo field, object? other)
    {
        var copy = RuntimeHelpers.GetObjectValue(value);
        if (other is not null)
        {
            field.SetValue(copy, other);
        }

        return copy;
    }

    private static bool IsMachine(Type type) => Machines.Contains(type) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(OpenList<>));

    /// <summary>Another value of the same type; null if there is none of use.</summary>
    private static object? Other(object? value) => value switch
    {
        bool flag => !flag,
        byte number => (byte)(number ^ 1),
        int number => number + 1,
        uint number => number + 1,
        long number => number + 1,
        TimeSpan time => time == Closing.Never ? TimeSpan.FromSeconds(1.001) : time + Scenario.Ms(0.5),
        Announced peer => Announced.Of(peer.Hello with { Grace = peer.Hello.Grace + 1 }),
        Enum member => Enum.ToObject(member.GetType(), Convert.ToInt32(member, null) ^ 1),
        _ => null,
    };

    private readonly record struct Change(string Name, Action Apply, Action Undo);
}
