namespace FilterHost.Examples.CustomKeyStore;

public sealed record Pkcs12KeyStoreSettings
{
    [Setting("The keys, one table each: [[service.NAME.keys]].")]
    public required IReadOnlyList<Pkcs12Entry> Keys { get; init; }
}
