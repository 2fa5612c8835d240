using Farewell.Lab.Strategies;

namespace Farewell.Tool.Lab;

/// <summary>What a group of strategies is called in print.</summary>
internal static class GroupTitle
{
    public static string Of(StrategyGroup group) => group switch
    {
        StrategyGroup.Gallery => "Endings to copy (samples/Endings)",
        StrategyGroup.Session => "Farewell sessions",
        StrategyGroup.Socket => "Socket",
        StrategyGroup.Kernel => "The kernel, when nobody says goodbye",
        StrategyGroup.TcpClient => "TcpClient and NetworkStream",
        StrategyGroup.SslStream => "SslStream",
        StrategyGroup.WebSocket => "WebSocket without Kestrel",
        StrategyGroup.KestrelConnection => "Kestrel connection handlers",
        StrategyGroup.KestrelHttp => "Kestrel HTTP",
        _ => "HttpClient",
    };
}
