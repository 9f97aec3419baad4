namespace FilterHost;

/// <summary>Macros that a filter reads at a stage.</summary>
/// <param name="Stage">The stage at which the MTA is to send them.</param>
/// <param name="Names">Names as the MTA writes them: <c>i</c>, <c>{client_addr}</c>.</param>
public sealed record MacroRequest(MacroStage Stage, IReadOnlyList<string> Names);
