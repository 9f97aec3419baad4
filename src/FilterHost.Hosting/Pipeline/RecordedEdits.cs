namespace FilterHost.Hosting.Pipeline;

/// <summary>Records a filter's edits, and holds it to what it declared.</summary>
internal sealed class RecordedEdits(FilterSlot slot) : MessageEdits
{
    private string Filter => slot.Member.Name;

    private FilterTraits Traits => slot.Member.Traits;

    public override void InsertAtTop(HeaderField field)
    {
        Check(field);
        slot.Record(new Edit.InsertField(Filter, field));
    }

    public override void Append(HeaderField field)
    {
        Check(field);
        slot.Record(new Edit.AppendField(Filter, field));
    }

    public override HeaderField Replace(HeaderField field, ReadOnlyMemory<byte> body)
    {
        var replacement = new HeaderField(field.Name, body);
        Check(replacement);
        CheckStands(field);
        slot.Record(new Edit.ReplaceField(Filter, field, replacement));
        return replacement;
    }

    public override void Remove(HeaderField field)
    {
        CheckDeclared(field);
        CheckStands(field);
        slot.Record(new Edit.RemoveField(Filter, field));
    }

    public override void ReplaceBody(ReadOnlySpan<byte> body)
    {
        Declared(Traits.EditsBody, nameof(FilterTraits.EditsBody));
        slot.Record(new Edit.ReplaceBody(Filter, body.ToArray()));
    }

    public override void AddRecipient(string path, string? parameters = null)
    {
        Declared(Traits.EditsEnvelope, nameof(FilterTraits.EditsEnvelope));
        slot.Record(new Edit.AddRecipient(Filter, CheckLine(path), parameters is null ? null : CheckLine(parameters)));
    }

    public override void RemoveRecipient(EnvelopeRecipient recipient)
    {
        Declared(Traits.EditsEnvelope, nameof(FilterTraits.EditsEnvelope));
        slot.Record(new Edit.RemoveRecipient(Filter, recipient));
    }

    public override void ChangeSender(string path, string? parameters = null)
    {
        Declared(Traits.EditsEnvelope, nameof(FilterTraits.EditsEnvelope));
        slot.Record(new Edit.ChangeSender(Filter, CheckLine(path), parameters is null ? null : CheckLine(parameters)));
    }

    public override void Quarantine(string reason)
    {
        Declared(Traits.Quarantines, nameof(FilterTraits.Quarantines));
        slot.Record(new Edit.Quarantine(Filter, CheckLine(reason)));
    }

    private static string CheckLine(string text) =>
        text.AsSpan().ContainsAny('\0', '\r', '\n')
            ? throw new FormatException("an address, a parameter or a reason holds no NUL, CR or LF")
            : text;

    private void Check(HeaderField field)
    {
        CheckDeclared(field);
        field.ThrowIfUnsafe();
    }

    private void CheckDeclared(HeaderField field)
    {
        slot.View.Checked();
        foreach (var name in Traits.EditsFields)
        {
            if (name == "*" || field.IsNamed(name))
                return;
        }
        throw new InvalidOperationException(
            $"filter {Filter} edits {System.Text.Encoding.ASCII.GetString(field.Name.Span)} without having declared it in {nameof(FilterTraits)}.{nameof(FilterTraits.EditsFields)}");
    }

    private void CheckStands(HeaderField field)
    {
        if (!slot.Transaction.HeaderSeenBy(slot).Contains(field))
            throw new ArgumentException("the field is not in the header section that the filter sees", nameof(field));
    }

    private void Declared(bool declared, string trait)
    {
        slot.View.Checked();
        if (!declared)
            throw new InvalidOperationException($"filter {Filter} does what it has not declared: {nameof(FilterTraits)}.{trait}");
    }
}
