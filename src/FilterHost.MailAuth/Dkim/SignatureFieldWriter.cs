using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Writes the body of a DKIM-Signature field tag by tag and folds it. The text of tags is ASCII without semicolon.</summary>
internal abstract class SignatureFieldWriter
{
    public const string FieldName = "DKIM-Signature";

    private readonly StringBuilder _text = new(512);

    /// <summary>Octets in the line so far.</summary>
    protected int Column { get; private set; } = FieldName.Length + 1;

    public static SignatureFieldWriter Of(SignatureLayout layout) => layout is SignatureLayout.Opendkim ? new OpenDkimFieldWriter() : new CompactFieldWriter();

    /// <summary>Writes a tag that is not cut.</summary>
    public abstract SignatureFieldWriter Tag(string name, string value);

    /// <summary>Writes a tag of names with colons between, which may be folded between two names.</summary>
    public abstract SignatureFieldWriter Names(string name, IReadOnlyList<string> values);

    /// <summary>Writes a tag of text that may be cut anywhere.</summary>
    public abstract SignatureFieldWriter Text(string name, string value);

    /// <summary>Writes the last tag, <c>b=</c>, still empty.</summary>
    public abstract SignatureFieldWriter BeginSignature();

    /// <summary>Writes the value of <c>b=</c>.</summary>
    public SignatureFieldWriter Signature(string value) => Divisible(value);

    public byte[] ToOctets() => Encoding.ASCII.GetBytes(_text.ToString());

    /// <summary>Writes text that may be cut anywhere.</summary>
    protected abstract SignatureFieldWriter Divisible(string text);

    protected SignatureFieldWriter Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        Column += text.Length;
        return this;
    }

    /// <summary>Begins a line.</summary>
    /// <param name="indent">White space at its start.</param>
    /// <param name="column">What that counts for.</param>
    protected void Fold(string indent, int column)
    {
        _text.Append("\r\n").Append(indent);
        Column = column;
    }
}
