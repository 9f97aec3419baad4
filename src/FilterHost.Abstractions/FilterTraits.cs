namespace FilterHost;

/// <summary>What a filter declares when it is registered. The host checks order and negotiation by it at start, and holds the filter to it.</summary>
public sealed record FilterTraits
{
    /// <summary>Methods whose results the filter publishes, by their name in Authentication-Results: <c>dkim</c>. Where the filter is skipped after a fault each is published as temperror.</summary>
    public IReadOnlyList<string> Publishes { get; init; } = [];

    /// <summary>Methods whose results must come from an earlier filter, an earlier listener or a trusted host.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Methods whose results the filter uses where an earlier filter gives them.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>Names of header fields that the filter may insert, replace or remove; <c>*</c> is any.</summary>
    public IReadOnlyList<string> EditsFields { get; init; } = [];

    /// <summary>The filter may replace the body. Filters after it then read the body from its edit, so the body is kept.</summary>
    public bool EditsBody { get; init; }

    /// <summary>The filter may change sender or recipients.</summary>
    public bool EditsEnvelope { get; init; }

    /// <summary>The filter may ask for quarantine.</summary>
    public bool Quarantines { get; init; }

    /// <summary>Names of header fields that the filter signs, of which one that ends with <c>*</c> stands for all that begin so; a later filter that may edit one of them stops the start.</summary>
    public IReadOnlyList<string> SignsFields { get; init; } = [];

    /// <summary>The filter signs the body; a later filter that may edit it stops the start.</summary>
    public bool SignsBody { get; init; }

    /// <summary>The filter calls <see cref="CompleteMessage.OpenRead"/>. The message is then kept until its end, in memory up to a limit, beyond it in a file.</summary>
    public bool NeedsWholeMessage { get; init; }

    /// <summary>
    /// The filter's end of headers, body and end of message come only when the filters before it are done with the message: it sees all their edits and results from the start. The host then
    /// keeps the body, unless no filter before it edits or publishes anything.
    /// </summary>
    public bool WaitsForEarlierFilters { get; init; }

    /// <summary>
    /// The filter often calls <see cref="MailMessage.StopReadingBody"/> long before the body ends. Worth declaring only where it saves the MTA much of a large body:
    /// the host then answers each part of the body, to be able to say that it needs no more.
    /// </summary>
    public bool MayStopReadingBody { get; init; }

    /// <summary>Further macros that the filter reads, by stage, beyond the MTA's defaults. Honoured by MTAs that take macro lists.</summary>
    public IReadOnlyList<MacroRequest> Macros { get; init; } = [];
}
