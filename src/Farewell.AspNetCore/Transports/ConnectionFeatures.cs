using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Farewell.AspNetCore.Transports;

/// <summary>The features of a connection, a dozen: a list that is searched. Kestrel's end of the connection's work is passed on as it becomes known.</summary>
internal sealed class ConnectionFeatures(AcceptedConnection connection) : IFeatureCollection
{
    private readonly List<KeyValuePair<Type, object>> _features = new(16);

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            // Every request asks for it.
            if (ReferenceEquals(key, typeof(HttpMark)))
            {
                return connection.Mark;
            }

            return IndexOf(key) is >= 0 and var index ? _features[index].Value : null;
        }

        set
        {
            Revision++;
            if (value is IConnectionLifetimeNotificationFeature kestrel && key == typeof(IConnectionLifetimeNotificationFeature))
            {
                value = connection.Hold(kestrel);
            }

            var index = IndexOf(key);
            switch (value, index)
            {
                case (null, < 0):
                    break;
                case (null, _):
                    _features.RemoveAt(index);
                    break;
                case (_, < 0):
                    _features.Add(new(key, value));
                    break;
                default:
                    _features[index] = new(key, value);
                    break;
            }

            if (value is IConnectionCompleteFeature complete && key == typeof(IConnectionCompleteFeature))
            {
                complete.OnCompleted(static connection => ((AcceptedConnection)connection).WorkIsOverAsync(), connection);
            }
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(Type key)
    {
        for (var index = 0; index < _features.Count; index++)
        {
            if (_features[index].Key == key)
            {
                return index;
            }
        }

        return -1;
    }
}
