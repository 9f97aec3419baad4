namespace FilterHost.Milter;

/// <summary>What a filter answered to one command.</summary>
/// <param name="Kind">The final reply; Continue where none is due.</param>
/// <param name="Text">The text of <see cref="MilterReplyKind.ReplyCode"/> as it came, without its NUL: lines with their codes, percent signs doubled.</param>
/// <param name="Edits">Edits in their order; a quarantine may come at any step, others at the end of a message only.</param>
/// <param name="ProgressCount">How often the filter said that it is still at work.</param>
public sealed record MilterResponse(MilterReplyKind Kind, ReadOnlyMemory<byte> Text, IReadOnlyList<MilterEdit> Edits, int ProgressCount)
{
    /// <summary>No reply: the step or its reply was negotiated away.</summary>
    public static MilterResponse None { get; } = new(MilterReplyKind.Continue, default, [], 0);

    /// <summary>True where the filter did reply.</summary>
    public bool WasGiven => !ReferenceEquals(this, None);
}
