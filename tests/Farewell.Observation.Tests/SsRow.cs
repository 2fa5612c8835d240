using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Farewell.Tcp;

namespace Farewell.Observation.Tests;

/// <summary>One line of <c>ss -Htanoe</c>, in the terms of <see cref="Connection"/>.</summary>
internal sealed partial record SsRow(TcpState State, uint ReceiveQueue, uint SendQueue, FourTuple Tuple, uint Inode, ulong Cookie)
{
    public static (SsRow Row, string Timer, TimeSpan? Left) Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var timer = Timer().Match(line);
        var row = new SsRow(
            Enum.Parse<TcpState>(words[0] == "ESTAB" ? "Established" : words[0].Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            Number(words[1]),
            Number(words[2]),
            new(EndpointOf(words[3]), EndpointOf(words[4])),
            Number(Regex.Match(line, @"\bino:(\d+)").Groups[1].Value),
            ulong.Parse(Regex.Match(line, @"\bsk:([0-9a-f]+)").Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return timer.Success
            ? (row, timer.Groups["kind"].Value, TimeSpan.FromMinutes(Of(timer, "min")) + TimeSpan.FromSeconds(Of(timer, "sec")))
            : (row, "", null);
    }

    public static SsRow From(in Connection connection) => new(connection.State, connection.ReceiveQueue!.Value, connection.SendQueue!.Value,
        connection.Tuple, connection.Inode!.Value, connection.Cookie!.Value);

    // A listener for both families is "*:port" with the peer "*:*".
    private static Endpoint EndpointOf(string text)
    {
        var colon = text.LastIndexOf(':');
        var address = text[..colon] == "*" ? "[::]" : text[..colon];
        var port = text[(colon + 1)..] == "*" ? "0" : text[(colon + 1)..];
        return Endpoint.From(IPEndPoint.Parse($"{address}:{port}"));
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static double Of(Match timer, string unit) =>
        timer.Groups[unit] is { Success: true } found ? double.Parse(found.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"timer:\((?<kind>\w+),((?<min>\d+)min)?((?<sec>[\d.]+)sec)?")]
    private static partial Regex Timer();
}
