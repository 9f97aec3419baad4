namespace FilterHost.TestPlugins.Wrecker;

/// <summary>A plugin that does what no process survives.</summary>
public sealed class WreckerPlugin : FilterPlugin<WreckerSettings>
{
    public override void Configure(IPluginBuilder builder, WreckerSettings settings)
    {
        builder.AddFilter<WreckerFilter>(new FilterTraits { EditsFields = ["X-Wrecker"], Publishes = ["x-wrecker"] });
        builder.AddLifetime<WreckerLifetime>();
    }
}
