using System.Text;
using Farewell.Protocol;
using Farewell.Protocol.Manners;

namespace Farewell.Samples.LineServer;

/// <summary>The three steps in the words of this protocol: <c>421</c> asks the client to leave, <c>QUIT</c> says that nothing more will come, <c>221</c> is the server's last word.</summary>
public sealed class LineManner : IClosingManner
{
    private readonly StringBuilder _line = new();

    /// <inheritdoc/>
    public bool HasWords => true;

    /// <inheritdoc/>
    public int Say(ClosingStep step, DismissReason reason, Span<byte> destination) => Encoding.ASCII.GetBytes(step switch
    {
        ClosingStep.Dismiss => $"421 {reason}, please QUIT\r\n",
        ClosingStep.Done => "QUIT\r\n",
        _ => "221 bye\r\n",
    }, destination);

    /// <inheritdoc/>
    public ClosingStep Hear(ref ReadOnlySpan<byte> received)
    {
        while (!received.IsEmpty)
        {
            var letter = (char)received[0];
            received = received[1..];
            if (letter != '\n')
            {
                // Words come at the beginning of a line, and whole lines may be long.
                _ = _line.Length < 5 ? _line.Append(letter) : _line;
                continue;
            }

            var start = _line.ToString().TrimEnd('\r');
            _line.Clear();
            switch (start)
            {
                case "QUIT":
                    return ClosingStep.Done;
                case ['4', '2', '1', ' ', ..]:
                    return ClosingStep.Dismiss;
                case ['2', '2', '1', ' ', ..]:
                    return ClosingStep.Goodbye;
            }
        }

        return ClosingStep.None;
    }
}
