using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What came of a run without an MTA.</summary>
/// <param name="Reply">The final reply.</param>
/// <param name="Outcome">How the transaction ended.</param>
/// <param name="Edits">What the MTA would have been told, in the order of the filters.</param>
/// <param name="Results">The published results.</param>
/// <param name="Notes">What the filters said, by filter.</param>
/// <param name="Message">The message as it would be delivered; empty for a refused one.</param>
internal sealed record MessageOutput(
    MilterReply Reply,
    TransactionOutcome Outcome,
    IReadOnlyList<Edit> Edits,
    IReadOnlyList<AuthenticationResult> Results,
    IReadOnlyList<(string Filter, string Text)> Notes,
    ReadOnlyMemory<byte> Message);
