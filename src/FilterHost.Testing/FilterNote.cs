namespace FilterHost.Testing;

/// <summary>One thing that a filter added to the message's log line.</summary>
/// <param name="Filter">The name of its table.</param>
/// <param name="Text">What it said.</param>
public sealed record FilterNote(string Filter, string Text);
