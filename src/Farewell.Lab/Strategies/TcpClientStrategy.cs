namespace Farewell.Lab.Strategies;

/// <summary>A strategy of <see cref="System.Net.Sockets.TcpClient"/> or <see cref="System.Net.Sockets.NetworkStream"/> on one side.</summary>
internal abstract class TcpClientStrategy : SocketStrategy
{
    public override StrategyGroup Group => StrategyGroup.TcpClient;
}
