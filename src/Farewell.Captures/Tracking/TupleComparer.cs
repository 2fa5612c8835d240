using Farewell.Tcp;

namespace Farewell.Captures.Tracking;

/// <summary>Takes a four-tuple and its swap for the same, so that one look-up finds a connection from either direction.</summary>
internal sealed class TupleComparer : IEqualityComparer<FourTuple>
{
    public bool Equals(FourTuple x, FourTuple y) =>
        (x.Local == y.Local && x.Remote == y.Remote) || (x.Local == y.Remote && x.Remote == y.Local);

    // The product tells (a, b) from (a', b') where a sum of hashes of neighbouring ports would not; both are symmetric.
    public int GetHashCode(FourTuple tuple)
    {
        var (local, remote) = (tuple.Local.GetHashCode(), tuple.Remote.GetHashCode());
        return unchecked(local + remote + ((local | 1) * (remote | 1)));
    }
}
