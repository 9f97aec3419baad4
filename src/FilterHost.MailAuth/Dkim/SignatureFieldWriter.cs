using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Writes the body of a DKIM-Signature field, folded before 78 columns wherever a token allows it.</summary>
internal sealed class SignatureFieldWriter
{
    public const string FieldName = "DKIM-Signature";

    private const int MaximumColumn = 78;

    private readonly StringBuilder _text = new(512);
    private int _column = FieldName.Length + 1;

    /// <summary>Where the text written so far ends.</summary>
    public int Length => _text.Length;

    /// <summary>Writes a token that is not cut, after a space or a fold.</summary>
    public SignatureFieldWriter Tag(string token)
    {
        if (_column + 1 + token.Length > MaximumColumn)
            Fold();
        else
            Append(" ");
        return Append(token);
    }

    /// <summary>Writes names with colons between, folded before a name.</summary>
    public SignatureFieldWriter List(string tag, IReadOnlyList<string> names)
    {
        Tag(tag + names[0]);
        for (var i = 1; i < names.Count; i++)
        {
            Append(":");
            // Room for the colon or semicolon that follows.
            if (_column + names[i].Length + 1 > MaximumColumn)
                Fold();
            Append(names[i]);
        }
        return Append(";");
    }

    /// <summary>Writes text that may be cut anywhere, such as base64.</summary>
    public SignatureFieldWriter Divisible(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            if (_column >= MaximumColumn)
                Fold();
            var length = Math.Min(MaximumColumn - _column, text.Length - start);
            Append(text.Substring(start, length));
            start += length;
        }
        return this;
    }

    public byte[] ToOctets() => Encoding.ASCII.GetBytes(_text.ToString());

    private SignatureFieldWriter Append(string token)
    {
        _text.Append(token);
        _column += token.Length;
        return this;
    }

    private void Fold()
    {
        _text.Append("\r\n\t");
        // A tab takes eight columns on a screen but one octet of the line; the limit is on characters (RFC 5322 §2.1.1).
        _column = 1;
    }
}
