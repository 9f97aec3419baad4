namespace FilterHost.TestPlugins.Witness;

/// <summary>A plugin that writes down everything that it is shown, so that two ways to show it can be compared.</summary>
public sealed class WitnessPlugin : FilterPlugin<WitnessSettings>
{
    public override void Configure(IPluginBuilder builder, WitnessSettings settings)
    {
        builder.AddFilter<WitnessFilter>(new FilterTraits
        {
            Publishes = settings.Publishes,
            Needs = settings.Needs,
            EditsFields = ["*"],
            EditsBody = settings.Edits,
            EditsEnvelope = settings.Edits,
            Quarantines = settings.Edits,
            NeedsWholeMessage = true,
        });
        if (settings.Connections)
            builder.AddConnectionFilter<WitnessConnectionFilter>();
    }
}
