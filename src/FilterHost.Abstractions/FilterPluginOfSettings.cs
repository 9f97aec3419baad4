namespace FilterHost;

/// <summary>
/// A plugin: it registers the filters and services for one table of the settings file. The host makes one instance of the class for each table, and one container.
/// </summary>
/// <typeparam name="TSettings">A record with a parameterless constructor whose public <c>init</c> properties carry <see cref="SettingAttribute"/>. The record is registered in the container too.</typeparam>
public abstract class FilterPlugin<TSettings> : FilterPlugin
    where TSettings : class
{
    /// <inheritdoc/>
    public sealed override Type SettingsType => typeof(TSettings);

    /// <summary>
    /// Registers what the table asks for. Called once for each instance, on the thread that starts or reloads the host, also by <c>check</c>. Nothing runs yet: start work in <see cref="IPluginLifetime"/>.
    /// Any exception, not only <see cref="SettingException"/>, is reported with the table's place, and the host does not start, or keeps what it had before the reload.
    /// </summary>
    /// <param name="builder">The registrations of this table. Valid during the call; do not keep it.</param>
    /// <param name="settings">The table's settings, bound and within their ranges. The record may be kept, and is injected where a constructor asks for it.</param>
    /// <exception cref="SettingException">The settings contradict each other; the host reports the place and does not start.</exception>
    public abstract void Configure(IPluginBuilder builder, TSettings settings);

    internal sealed override void Configure(IPluginBuilder builder, object settings) => Configure(builder, (TSettings)settings);
}
