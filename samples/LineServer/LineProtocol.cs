using System.Buffers;
using System.Text;

namespace Farewell.Samples.LineServer;

/// <summary>The protocol itself: a greeting, then one reply for each line. It need not look for QUIT: the input ends behind it.</summary>
public static class LineProtocol
{
    /// <summary>A longer line ends its connection: what waits for its end is held in memory.</summary>
    private const int Longest = 4096;

    /// <summary>Serves one connection.</summary>
    public static async Task ServeAsync(ProtocolConnection connection)
    {
        await connection.Output.WriteAsync("220 ready\r\n"u8.ToArray());
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            var rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(rest.Slice(0, end)).TrimEnd('\r');
                rest = rest.Slice(rest.GetPosition(1, end));
                if (line != "QUIT")
                {
                    await connection.Output.WriteAsync(Encoding.UTF8.GetBytes(Reply(line)));
                }
            }

            if (rest.Length > Longest)
            {
                await connection.Output.WriteAsync("500 too long\r\n"u8.ToArray());
                return;
            }

            connection.Input.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private static string Reply(string line) => line switch
    {
        "NOOP" => "250 ok\r\n",
        "TIME" => $"250 {DateTimeOffset.UtcNow:R}\r\n",
        ['E', 'C', 'H', 'O', ' ', .. var text] => $"250 {text}\r\n",
        _ => "500 what?\r\n",
    };
}
