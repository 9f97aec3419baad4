namespace FilterHost.MailAuth.Spf;

/// <summary>What came of an evaluation.</summary>
/// <param name="Result">The result.</param>
/// <param name="Explanation">
/// What the domain says to those whose mail fails (RFC 7208 §6.2), where it was asked for: one line of printable ASCII, short enough for a line of an SMTP reply. The words are a stranger's.
/// </param>
public sealed record SpfEvaluation(SpfResult Result, string? Explanation = null);
