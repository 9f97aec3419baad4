namespace FilterHost.Testing;

/// <summary>The host would not start with these plugins and settings. The message has all that is wrong, in the host's own words, a line for each.</summary>
public sealed class StartRefusedException : Exception
{
    internal StartRefusedException(IReadOnlyList<string> problems)
        : base(string.Join('\n', problems)) => Problems = problems;

    /// <summary>Each problem with its line, column and key: <c>settings:1:1: greting: unknown key</c>.</summary>
    public IReadOnlyList<string> Problems { get; }
}
