namespace FilterHost;

/// <summary>One recorded change to a message, by meaning. The ordered log of a transaction's edits is kept until it ends.</summary>
/// <param name="Filter">The name of the filter's table in the settings.</param>
public abstract record Edit(string Filter)
{
    /// <summary>A field was inserted above all others.</summary>
    public sealed record InsertField(string Filter, HeaderField Field) : Edit(Filter);

    /// <summary>A field was added below all others.</summary>
    public sealed record AppendField(string Filter, HeaderField Field) : Edit(Filter);

    /// <summary>A field's body was replaced.</summary>
    public sealed record ReplaceField(string Filter, HeaderField Field, HeaderField Replacement) : Edit(Filter);

    /// <summary>A field was removed.</summary>
    public sealed record RemoveField(string Filter, HeaderField Field) : Edit(Filter);

    /// <summary>The body was replaced.</summary>
    /// <param name="Filter">The filter's table.</param>
    /// <param name="Body">The whole new body.</param>
    public sealed record ReplaceBody(string Filter, ReadOnlyMemory<byte> Body) : Edit(Filter);

    /// <summary>A recipient was added.</summary>
    public sealed record AddRecipient(string Filter, string Path, string? Parameters) : Edit(Filter);

    /// <summary>A recipient was removed.</summary>
    public sealed record RemoveRecipient(string Filter, EnvelopeRecipient Recipient) : Edit(Filter);

    /// <summary>The reverse-path was replaced.</summary>
    public sealed record ChangeSender(string Filter, string Path, string? Parameters) : Edit(Filter);

    /// <summary>The message is to be held.</summary>
    public sealed record Quarantine(string Filter, string Reason) : Edit(Filter);
}
