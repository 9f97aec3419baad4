namespace FilterHost.Milter;

/// <summary>The filter's end of one MTA connection.</summary>
public sealed class MilterSession
{
}
