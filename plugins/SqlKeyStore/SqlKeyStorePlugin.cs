using System.Net;
using FilterHost.Keys;
using Microsoft.Extensions.DependencyInjection;

// Seen with Npgsql 10.0.3 on .NET 10.0.12: the process ends in ArrayPool<T>'s static constructor for one of Npgsql's types once load contexts with it have been unloaded.
[assembly: FilterHost.CannotUnload("the library that talks to PostgreSQL, Npgsql, is not safe to unload")]

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>Signing keys in a database: an SQLite file, or PostgreSQL where several hosts share them.</summary>
public sealed class SqlKeyStorePlugin : FilterPlugin<SqlKeyStoreSettings>
{
    /// <inheritdoc/>
    public override void Configure(IPluginBuilder builder, SqlKeyStoreSettings settings)
    {
        Check(settings);
        if (settings.File is not null)
            builder.Services.AddSingleton<IKeyDatabase, SqliteKeyDatabase>();
        else
            builder.Services.AddSingleton<IKeyDatabase, PostgresqlKeyDatabase>();
        builder.Services.AddSingleton<KeyRows>();
        builder.Provide<ISigningKeyStore, SqlSigningKeyStore>();
        builder.Provide<ISigningKeyAdministration, SqlSigningKeyStore>();
        builder.AddLifetime<KeyDatabaseLifetime>();
    }

    private static void Check(SqlKeyStoreSettings settings)
    {
        if (settings.File is null && settings.Host is null)
            throw new SettingException("file", "No database is named. Set 'file' to an SQLite file, or 'host' to a PostgreSQL server.");
        if (settings is { File: not null, Host: not null })
            throw new SettingException("host", "'file' names an SQLite database already. Leave one of the two out.");
        if (settings.File is not null && (settings.Password is not null || settings.Tls is not null || settings.TlsRoots is not null))
            throw new SettingException("file", "An SQLite file has no password and no TLS. Leave 'password', 'tls' and 'tls_roots' out, or set 'host' in place of 'file'.");
        // Npgsql would take a comma for several servers and a colon for a port.
        if (settings.Host is { } host && !host.StartsWith('/') && !IPAddress.TryParse(host, out _) && !DomainName.TryParse(host, out _))
            throw new SettingException("host", $"'{host}' is neither the name or address of one server nor the path of its socket's folder. The port is set by 'port'.");
        if (settings is { TlsRoots: not null, EffectiveTls: TlsMode.Disable or TlsMode.Unverified })
            throw new SettingException("tls_roots", "Nothing is verified here, so no authority counts. Set 'tls' to \"verify_full\".");
    }
}
