namespace FilterHost.TestPlugins.Witness;

public sealed record WitnessSettings
{
    [Setting("Whether it has a connection filter too.")]
    public bool Connections { get; init; }

    [Setting("The stage at which it gives its verdict.", Example = "\"recipient\"")]
    public string? At { get; init; }

    [Setting("The verdict: accept, reject, tempfail, discard, reply or throw.", Example = "\"reply\"")]
    public string? Verdict { get; init; }

    [Setting("Whether it edits all that can be edited.")]
    public bool Edits { get; init; }

    [Setting("Methods that it publishes a result of.", Example = "[\"x-witness\"]")]
    public IReadOnlyList<string> Publishes { get; init; } = [];

    [Setting("Whether it looks at the message at its end alone.")]
    public bool EndOfMessageOnly { get; init; }

    [Setting("Methods that it needs.", Example = "[\"x-witness\"]")]
    public IReadOnlyList<string> Needs { get; init; } = [];
}
