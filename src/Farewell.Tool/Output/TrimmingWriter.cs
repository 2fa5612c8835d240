using System.Text;

namespace Farewell.Tool.Output;

/// <summary>Drops the blanks that tables pad their lines with, so that piped output is plain.</summary>
internal sealed class TrimmingWriter(TextWriter inner) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }

        inner.Write(_line.ToString().TrimEnd());
        inner.Write('\n');
        _line.Clear();
    }

    public override void Flush() => inner.Flush();
}
