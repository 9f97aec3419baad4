using FilterHost.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Signing keys as OpenDKIM's SigningTable and KeyTable name them.</summary>
public sealed class TableKeyStorePlugin : FilterPlugin<TableKeyStoreSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, TableKeyStoreSettings settings)
    {
        var signing = Parse(settings.SigningTable, "signing_table", builder.SettingsDirectory);
        var keys = Parse(settings.KeyTable, "key_table", builder.SettingsDirectory);
        var baseDirectory = settings.BaseDirectory?.FullName ?? Path.GetDirectoryName(keys.Path) ?? builder.SettingsDirectory;
        builder.Services.AddSingleton(new TableSources(signing, keys, baseDirectory));
        builder.Services.AddSingleton<Tables>();
        builder.Services.AddSingleton<KeyCache>();
        builder.Services.AddSingleton<TableKeys>();
        builder.Provide<ISigningKeyStore, TableSigningKeyStore>();
        builder.Provide<ISigningKeyAdministration, TableSigningKeyStore>();
        builder.AddLifetime<TableCheck>();
    }

    private static DataSet Parse(string text, string setting, string directory) =>
        DataSet.Parse(text, directory, out var problem) ?? throw new SettingException(setting, problem!);
}
