namespace FilterHost.Hosting.Pipeline;

/// <summary>A header section with edits applied; it remembers which received field each entry comes from.</summary>
internal sealed class SectionDraft
{
    private readonly List<Entry> _entries;

    public SectionDraft(IReadOnlyList<HeaderField> received)
    {
        _entries = new List<Entry>(received.Count + 4);
        for (var i = 0; i < received.Count; i++)
            _entries.Add(new Entry(received[i], i, EntryOrigin.Received));
    }

    /// <summary>Entries, top to bottom.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>
    /// Applies an edit of the header section; others change nothing here. A field that an earlier filter has removed or replaced meanwhile is no longer there to be edited:
    /// as with separate milters, where the later one would never have seen it.
    /// </summary>
    public void Apply(Edit edit)
    {
        switch (edit)
        {
            case Edit.InsertField insert:
                _entries.Insert(0, new Entry(insert.Field, -1, EntryOrigin.Inserted));
                break;
            case Edit.AppendField append:
                _entries.Add(new Entry(append.Field, -1, EntryOrigin.Appended));
                break;
            case Edit.ReplaceField replace when IndexOf(replace.Field) is >= 0 and var index:
                _entries[index] = _entries[index] with { Field = replace.Replacement };
                break;
            case Edit.RemoveField remove when IndexOf(remove.Field) is >= 0 and var index:
                _entries.RemoveAt(index);
                break;
            default:
                break;
        }
    }

    public bool Contains(HeaderField field) => IndexOf(field) >= 0;

    public HeaderSection ToSection() => new(_entries.ConvertAll(entry => entry.Field));

    private int IndexOf(HeaderField field) => _entries.FindIndex(entry => ReferenceEquals(entry.Field, field));

    /// <summary>One field of the draft.</summary>
    /// <param name="Field">The field as it is to stand.</param>
    /// <param name="Received">Its index among the received fields; -1 for a new one.</param>
    /// <param name="Origin">How it came in.</param>
    public readonly record struct Entry(HeaderField Field, int Received, EntryOrigin Origin);

    /// <summary>How a field came into the section.</summary>
    public enum EntryOrigin
    {
        Received,
        Inserted,
        Appended,
    }
}
