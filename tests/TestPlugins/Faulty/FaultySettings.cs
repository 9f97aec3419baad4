namespace FilterHost.TestPlugins.Faulty;

public sealed record FaultySettings
{
    [Setting("What it does.")]
    public required Fault Fault { get; init; }

    [Setting("Where it does it, of faults that have no place of their own.")]
    public Stage Stage { get; init; } = Stage.EndOfMessage;
}
