namespace FilterHost.TestPlugins.SecretKeeper;

/// <summary>A plugin with a secret, which proves in a header field that it has it.</summary>
public sealed class SecretKeeperPlugin : FilterPlugin<SecretKeeperSettings>
{
    public override void Configure(IPluginBuilder builder, SecretKeeperSettings settings) =>
        builder.AddFilter<SecretKeeperFilter>(new FilterTraits { EditsFields = ["X-Secret-Length"] });
}
