namespace FilterHost.TestPlugins.ThreadThrower;

public sealed record ThreadThrowerSettings
{
    [Setting("Where the exception comes from.")]
    public Origin Origin { get; init; }
}
