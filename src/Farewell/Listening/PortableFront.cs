namespace Farewell.Listening;

/// <summary>Connections that .NET accepts and carries, on every platform.</summary>
internal sealed class PortableFront(Acceptor acceptor, TimeProvider clock) : Front
{
    public override Task RunAsync(Action<Accepted> accepted, CancellationToken cancellation) =>
        acceptor.RunAsync(socket => accepted(new Accepted(socket, clock)), cancellation);

    public override bool IsStarved => acceptor.IsStarved;

    public override void Resume() => acceptor.Resume();

    public override int Drain(Action<Accepted> accepted) => acceptor.Drain(socket => accepted(new Accepted(socket, clock)));

    public override void CloseListener() => acceptor.Dispose();

    public override void Dispose()
    {
    }
}
