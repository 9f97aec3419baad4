namespace FilterHost.Milter;

/// <summary>Writes edits at the end of a message, in the order in which the MTA is to apply them. They stay in memory until the reply.</summary>
public sealed class MilterEditWriter
{
}
