namespace FilterHost.Observation;

/// <summary>Where FilterHost and the daemon in front of it did not do the same with a message.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="Subject">What of it: a signature, a recipient; may be empty.</param>
/// <param name="Theirs">What the daemon in front did.</param>
/// <param name="Ours">What FilterHost did, or would have done.</param>
internal sealed record Difference(DifferenceKind Kind, string Subject, string Theirs, string Ours)
{
    /// <summary>The word for what one side does not have.</summary>
    public const string Nothing = "-";

    /// <summary>The method or the tag that differs, where the kind has several; else empty.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The reason that the daemon in front gives, or null.</summary>
    public string? TheirReason { get; init; }

    /// <summary>The reason that FilterHost gives, or null.</summary>
    public string? OurReason { get; init; }

    /// <summary>True where the two values are words, so that differences with the same words are of one sort; else they are values that each message has of its own.</summary>
    public bool HasWords => Kind is not (DifferenceKind.SignatureTag or DifferenceKind.Field);
}
