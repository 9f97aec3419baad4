namespace FilterHost.TestPlugins.Faulty;

/// <summary>A plugin that fails in the ways in which a plugin can fail without ending the process.</summary>
public sealed class FaultyPlugin : FilterPlugin<FaultySettings>
{
    public override void Configure(IPluginBuilder builder, FaultySettings settings)
    {
        if (settings.Stage is Stage.Connect or Stage.Helo or Stage.ConnectionEnded)
            builder.AddConnectionFilter<FaultyConnectionFilter>();
        else
            builder.AddFilter<FaultyFilter>(new FilterTraits { EditsFields = ["X-Faulty"] });
    }
}
