using System.Runtime.InteropServices;
using System.Text;
using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// The net effect of all edits of a message, written in an order that every MTA applies alike: body, changes and removals from the highest index down, appended fields,
/// inserted fields bottom to top, envelope, quarantine.
/// </summary>
internal sealed class EditPlan
{
    private readonly IReadOnlyList<HeaderField> _received;
    private readonly List<(HeaderField Field, int Index, ReadOnlyMemory<byte> Body)> _changes = [];
    private readonly List<HeaderField> _appended = [];
    private readonly List<HeaderField> _inserted = [];
    private readonly List<Edit> _envelope = [];
    private readonly ReadOnlyMemory<byte>? _body;
    private readonly string? _quarantine;

    /// <summary>Plans the edits.</summary>
    /// <param name="received">The header section as the MTA has it.</param>
    /// <param name="edits">All edits, in the order of the filters.</param>
    public EditPlan(IReadOnlyList<HeaderField> received, IEnumerable<Edit> edits)
    {
        _received = received;
        SectionDraft? draft = null;
        foreach (var edit in edits)
        {
            switch (edit)
            {
                case Edit.ReplaceBody body:
                    _body = body.Body;
                    break;
                case Edit.AddRecipient or Edit.RemoveRecipient or Edit.ChangeSender:
                    _envelope.Add(edit);
                    break;
                case Edit.Quarantine quarantine:
                    _quarantine = _quarantine is null ? quarantine.Reason : $"{_quarantine}; {quarantine.Reason}";
                    break;
                default:
                    (draft ??= new SectionDraft(received)).Apply(edit);
                    break;
            }
        }
        if (draft is not null)
            PlanHeader(draft);
    }

    /// <summary>What the MTA must have granted for this plan.</summary>
    public MilterActions Needs
    {
        get
        {
            var needs = MilterActions.None;
            if (_changes.Count > 0)
                needs |= MilterActions.ChangeHeaders;
            if (_appended.Count + _inserted.Count > 0)
                needs |= MilterActions.AddHeaders;
            if (_body is not null)
                needs |= MilterActions.ChangeBody;
            if (_quarantine is not null)
                needs |= MilterActions.Quarantine;
            foreach (var edit in _envelope)
                needs |= NeedOf(edit);
            return needs;
        }
    }

    /// <summary>Writes the plan.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="position">Index at which inserted fields go: 0 is above the MTA's own Received field, 1 below it.</param>
    public void Write(MilterEditWriter writer, int position)
    {
        if (_body is { } body)
            writer.ReplaceBody(body.Span);
        // Postfix renumbers after a removal, Sendmail does not: from the highest index down both agree.
        foreach (var (field, index, newBody) in _changes)
            writer.ChangeHeader(index, field.Name.Span, newBody.Span);
        foreach (var field in _appended)
            writer.AddHeader(field.Name.Span, field.Body.Span);
        foreach (var field in _inserted)
            writer.InsertHeader(position, field.Name.Span, field.Body.Span);
        foreach (var edit in _envelope)
            Write(writer, edit);
        if (_quarantine is not null)
            writer.Quarantine(Encoding.UTF8.GetBytes(_quarantine));
    }

    private static void Write(MilterEditWriter writer, Edit edit)
    {
        switch (edit)
        {
            case Edit.AddRecipient add:
                writer.AddRecipient(Encoding.UTF8.GetBytes(add.Path), add.Parameters);
                break;
            case Edit.RemoveRecipient remove:
                // Sendmail wants the string of RCPT TO exactly.
                writer.DeleteRecipient(remove.Recipient.Address.Path.Span);
                break;
            case Edit.ChangeSender change:
                writer.ChangeSender(Encoding.UTF8.GetBytes(change.Path), change.Parameters);
                break;
            default:
                throw new InvalidOperationException($"{edit.GetType().Name} is no edit of the envelope");
        }
    }

    private static MilterActions NeedOf(Edit edit) => edit switch
    {
        Edit.AddRecipient { Parameters: null } => MilterActions.AddRecipients,
        Edit.AddRecipient => MilterActions.AddRecipientsWithParameters,
        Edit.RemoveRecipient => MilterActions.DeleteRecipients,
        Edit.ChangeSender => MilterActions.ChangeSender,
        _ => MilterActions.None,
    };

    private void PlanHeader(SectionDraft draft)
    {
        var kept = new HeaderField?[_received.Count];
        foreach (var entry in draft.Entries)
        {
            switch (entry.Origin)
            {
                case SectionDraft.EntryOrigin.Received:
                    kept[entry.Received] = entry.Field;
                    break;
                case SectionDraft.EntryOrigin.Inserted:
                    _inserted.Add(entry.Field);
                    break;
                case SectionDraft.EntryOrigin.Appended:
                    _appended.Add(entry.Field);
                    break;
            }
        }
        // Each goes in above the one before it, so the lowest comes first.
        _inserted.Reverse();
        PlanChanges(kept);
    }

    private void PlanChanges(HeaderField?[] kept)
    {
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < kept.Length; i++)
        {
            // An MTA counts the fields of one name from 1.
            ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, Encoding.ASCII.GetString(_received[i].Name.Span), out _);
            index++;
            if (!ReferenceEquals(kept[i], _received[i]))
                _changes.Add((_received[i], index, kept[i]?.Body ?? default));
        }
        _changes.Reverse();
    }
}
