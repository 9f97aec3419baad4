using FilterHost;

namespace PluginNamespace;

/// <summary>What the host looks for in the assembly: it says which filters there are, and what they may change.</summary>
public sealed class StemPlugin : FilterPlugin<StemSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, StemSettings settings) =>
        builder.AddFilter<StemFilter>(new FilterTraits { EditsFields = ["X-Greeting"] });
}
