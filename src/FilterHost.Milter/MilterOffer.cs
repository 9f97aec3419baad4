namespace FilterHost.Milter;

/// <summary>What the MTA offers when a connection opens. An offer of zero in actions or steps stands for the set of version 1 and is given as such.</summary>
/// <param name="Version">2 to 6.</param>
/// <param name="Actions">Edits that the MTA allows.</param>
/// <param name="Steps">Options that the MTA knows.</param>
public sealed record MilterOffer(uint Version, MilterActions Actions, MilterSteps Steps);
