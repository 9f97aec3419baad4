using FilterHost;
using FilterHost.Keys;

namespace PluginNamespace;

/// <summary>What the host looks for in the assembly: it says which services there are.</summary>
public sealed class StemPlugin : FilterPlugin<StemSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, StemSettings settings) => builder.Provide<ISigningKeyStore, StemKeyStore>();
}
