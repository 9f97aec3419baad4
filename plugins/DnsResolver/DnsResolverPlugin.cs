using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>Provides DNS through the servers of the system or of the settings.</summary>
public sealed class DnsResolverPlugin : FilterPlugin<DnsResolverSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, DnsResolverSettings settings) =>
        builder.Provide<IDnsResolver, CachingResolver>();
}
