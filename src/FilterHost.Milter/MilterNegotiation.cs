namespace FilterHost.Milter;

/// <summary>What a filter asks for. The session masks it by the offer.</summary>
/// <param name="Actions">Edits that the filter may ask for.</param>
/// <param name="Steps">Options that the filter wants.</param>
/// <param name="MacroLists">Macros by stage, sent where <see cref="MilterActions.SetMacroList"/> was offered; a stage left out keeps the MTA's defaults.</param>
public sealed record MilterNegotiation(MilterActions Actions, MilterSteps Steps, IReadOnlyList<MacroRequest> MacroLists);
