using FilterHost.Dns;

namespace FilterHost.Plugins.ZoneFileResolver;

/// <summary>Answers DNS questions from a zone file: for trials, tests and machines without DNS.</summary>
public sealed class ZoneFileResolverPlugin : FilterPlugin<ZoneFileResolverSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, ZoneFileResolverSettings settings)
    {
        builder.Provide<IDnsResolver, FileResolver>();
        builder.AddLifetime<FileResolver>();
    }
}
