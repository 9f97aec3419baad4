namespace FilterHost.TestPlugins.Wrecker;

public sealed record WreckerSettings
{
    [Setting("What it does to a message whose subject is boom; all others pass.")]
    public required Deed Deed { get; init; }

    [Setting("What it refuses at its check.", Example = "\"no\"")]
    public string? Refuses { get; init; }
}
