namespace FilterHost;

/// <summary>The plugin class of a folder; derive from <see cref="FilterPlugin{TSettings}"/>. A plugin's assembly has exactly one public one.</summary>
public abstract class FilterPlugin
{
    private protected FilterPlugin()
    {
    }

    /// <summary>The type of the settings record.</summary>
    public abstract Type SettingsType { get; }

    internal abstract void Configure(IPluginBuilder builder, object settings);
}
