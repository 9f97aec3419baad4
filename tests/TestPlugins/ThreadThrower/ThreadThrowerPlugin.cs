namespace FilterHost.TestPlugins.ThreadThrower;

/// <summary>A plugin whose exceptions come where nobody catches them.</summary>
public sealed class ThreadThrowerPlugin : FilterPlugin<ThreadThrowerSettings>
{
    public override void Configure(IPluginBuilder builder, ThreadThrowerSettings settings) => builder.AddFilter<ThreadThrowerFilter>();
}
