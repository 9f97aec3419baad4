using FilterHost.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Signing keys in files.</summary>
public sealed class FileKeyStorePlugin : FilterPlugin<FileKeyStoreSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, FileKeyStoreSettings settings)
    {
        if (settings.Directory is null && settings.Keys.Count == 0)
            throw new SettingException("directory", "Neither a directory nor a key is named. Set 'directory', or add entries to 'keys'.");
        builder.Services.AddSingleton<DomainFolders>();
        builder.Services.AddSingleton<KeyFiles>();
        builder.Provide<ISigningKeyStore, FileSigningKeyStore>();
        builder.Provide<ISigningKeyAdministration, FileSigningKeyStore>();
        builder.AddLifetime<KeyFileLifetime>();
    }
}
