namespace FilterHost.TestPlugins.TraitDeclarer;

/// <summary>A filter that does nothing and declares what its settings say.</summary>
public sealed class TraitDeclarerPlugin : FilterPlugin<TraitDeclarerSettings>
{
    public override void Configure(IPluginBuilder builder, TraitDeclarerSettings settings) => builder.AddFilter<TraitDeclarerFilter>(new FilterTraits
    {
        Publishes = settings.Publishes,
        Needs = settings.Needs,
        Uses = settings.Uses,
        EditsFields = settings.EditsFields,
        EditsBody = settings.EditsBody,
        Quarantines = settings.Quarantines,
        SignsBody = settings.Signs,
        Macros = [.. Requests(MacroStage.Connect, settings.ConnectMacros), .. Requests(MacroStage.Data, settings.DataMacros)],
    });

    private static MacroRequest[] Requests(MacroStage stage, IReadOnlyList<string> names) => names.Count == 0 ? [] : [new(stage, names)];
}
