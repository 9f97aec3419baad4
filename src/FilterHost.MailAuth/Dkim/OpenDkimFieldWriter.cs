namespace FilterHost.MailAuth.Dkim;

/// <summary>
/// Folds as OpenDKIM 2.11 does, found by its output: a tag that would pass column 75 begins a line, a tab counts for eight columns, and only a tag at the start of a line is cut, its further
/// lines a space deeper. <c>b=</c> always has lines of its own.
/// </summary>
internal sealed class OpenDkimFieldWriter : SignatureFieldWriter
{
    private const int Margin = 75;
    private const int TabWidth = 8;

    private bool _isFirst = true;

    public override SignatureFieldWriter Tag(string name, string value)
    {
        var tag = $"{name}={value};";
        Begin(tag.Length);
        return Append(tag);
    }

    public override SignatureFieldWriter Names(string name, IReadOnlyList<string> values)
    {
        var tag = $"{name}={string.Join(':', values)};";
        if (!Begin(tag.Length))
            return Append(tag);
        var parts = tag.Split(':');
        Append(parts[0]);
        foreach (var part in parts.AsSpan(1))
        {
            Append(":");
            if (Column + part.Length > Margin)
                FoldDeeper();
            Append(part);
        }
        return this;
    }

    public override SignatureFieldWriter Text(string name, string value)
    {
        var tag = $"{name}={value};";
        return Begin(tag.Length) ? Divisible(tag) : Append(tag);
    }

    public override SignatureFieldWriter BeginSignature()
    {
        Fold("\t", TabWidth);
        return Append("b=");
    }

    protected override SignatureFieldWriter Divisible(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Column >= Margin)
                FoldDeeper();
            var length = Math.Min(Margin - Column, rest.Length);
            Append(rest[..length]);
            rest = rest[length..];
        }
        return this;
    }

    // True where the tag begins a line.
    private bool Begin(int length)
    {
        if (!_isFirst && Column + length > Margin)
        {
            Fold("\t", TabWidth);
            return true;
        }
        _isFirst = false;
        Append(" ");
        return false;
    }

    private void FoldDeeper() => Fold("\t ", TabWidth + 1);
}
