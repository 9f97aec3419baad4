namespace FilterHost.TestPlugins.TraitDeclarer;

public sealed record TraitDeclarerSettings
{
    [Setting("Methods.")]
    public IReadOnlyList<string> Publishes { get; init; } = [];

    [Setting("Methods.")]
    public IReadOnlyList<string> Needs { get; init; } = [];

    [Setting("Methods.")]
    public IReadOnlyList<string> Uses { get; init; } = [];

    [Setting("Names of fields.")]
    public IReadOnlyList<string> EditsFields { get; init; } = [];

    [Setting("Whether the body may be edited.")]
    public bool EditsBody { get; init; }

    [Setting("Whether quarantine may be asked for.")]
    public bool Quarantines { get; init; }

    [Setting("Whether the body is signed.")]
    public bool Signs { get; init; }

    [Setting("Macros at CONNECT.")]
    public IReadOnlyList<string> ConnectMacros { get; init; } = [];

    [Setting("Macros at DATA.")]
    public IReadOnlyList<string> DataMacros { get; init; } = [];
}
