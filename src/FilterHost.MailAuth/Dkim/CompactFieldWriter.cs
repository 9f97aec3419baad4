namespace FilterHost.MailAuth.Dkim;

/// <summary>Folds before 78 columns wherever a token allows it.</summary>
internal sealed class CompactFieldWriter : SignatureFieldWriter
{
    private const int MaximumColumn = 78;

    public override SignatureFieldWriter Tag(string name, string value) => Token($"{name}={value};");

    public override SignatureFieldWriter Names(string name, IReadOnlyList<string> values)
    {
        Token($"{name}={values[0]}");
        for (var i = 1; i < values.Count; i++)
        {
            Append(":");
            // Room for the colon or semicolon that follows.
            if (Column + values[i].Length + 1 > MaximumColumn)
                Fold();
            Append(values[i]);
        }
        return Append(";");
    }

    public override SignatureFieldWriter Text(string name, string value)
    {
        Token($"{name}=");
        return Divisible($"{value};");
    }

    public override SignatureFieldWriter BeginSignature() => Token("b=");

    protected override SignatureFieldWriter Divisible(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Column >= MaximumColumn)
                Fold();
            var length = Math.Min(MaximumColumn - Column, rest.Length);
            Append(rest[..length]);
            rest = rest[length..];
        }
        return this;
    }

    private SignatureFieldWriter Token(string token)
    {
        if (Column + 1 + token.Length > MaximumColumn)
            Fold();
        else
            Append(" ");
        return Append(token);
    }

    // A tab takes eight columns on a screen but one octet of the line; the limit is on characters (RFC 5322 §2.1.1).
    private void Fold() => Fold("\t", 1);
}
