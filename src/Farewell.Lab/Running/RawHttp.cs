using System.Globalization;
using System.Text;

namespace Farewell.Lab.Running;

/// <summary>
/// As much of HTTP/1.1 (RFC 9112) as the lab needs to be one side of it over a plain socket, so that it knows what that socket saw: one
/// message at a time, with a Content-Length or without content.
/// </summary>
internal static class RawHttp
{
    private const int MostOctets = 8 * 1024;

    /// <summary>A request; each field without its CRLF.</summary>
    public static ReadOnlyMemory<byte> Get(params string[] fields) => Message("GET / HTTP/1.1", ["Host: lab", .. fields]);

    /// <summary>The lab's reply, on a connection that persists.</summary>
    public static ReadOnlyMemory<byte> Ok { get; } =
        (byte[])[.. Head(LabSocket.Reply.Length).Span, .. LabSocket.Reply.Span];

    /// <summary>The head of a response whose content has this length.</summary>
    public static ReadOnlyMemory<byte> Head(int contentLength) => Message("HTTP/1.1 200 OK", [$"Content-Length: {contentLength}"]);

    /// <summary>A start line and fields.</summary>
    public static ReadOnlyMemory<byte> Message(string start, string[] fields) =>
        Encoding.ASCII.GetBytes(string.Join("\r\n", [start, .. fields, "", ""]));

    /// <summary>Reads one request or response; false when the connection ended before.</summary>
    public static async Task<bool> ReadMessageAsync(this LabSocket socket)
    {
        var buffer = new byte[MostOctets];
        for (var length = 0; length < MostOctets;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read <= 0)
            {
                return false;
            }

            length += read;
            if (IsWhole(Encoding.ASCII.GetString(buffer, 0, length)))
            {
                return true;
            }
        }

        throw new InvalidDataException($"An HTTP message of more than {MostOctets} octets.");
    }

    private static bool IsWhole(string text)
    {
        const string LengthField = "\r\nContent-Length: ";
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var field = text.IndexOf(LengthField, 0, end, StringComparison.OrdinalIgnoreCase);
        var digits = field < 0 ? "0" : text[(field + LengthField.Length)..text.IndexOf("\r\n", field + 2, StringComparison.Ordinal)];
        return text.Length >= end + 4 + int.Parse(digits, CultureInfo.InvariantCulture);
    }
}
