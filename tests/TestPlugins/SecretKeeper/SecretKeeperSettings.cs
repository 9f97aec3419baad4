namespace FilterHost.TestPlugins.SecretKeeper;

public sealed record SecretKeeperSettings
{
    [Setting("The secret.")]
    public required Secret Secret { get; init; }
}
