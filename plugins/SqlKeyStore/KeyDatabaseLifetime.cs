using Microsoft.Extensions.Logging;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>Looks at the database before mail comes, brings its tables to this program's version, and hears of changes.</summary>
internal sealed class KeyDatabaseLifetime(IKeyDatabase database, KeyRows rows, SqlKeyStoreSettings settings, TimeProvider time, ILogger<KeyDatabaseLifetime> logger) : IPluginLifetime
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    // Every row is looked at once, which takes longer than a question for a domain.
    private static readonly TimeSpan CheckLimit = TimeSpan.FromMinutes(1);

    private TimeSpan _backOff;
    private long _failed;

    public TimeSpan? Period => database.WatchPause;

    // A database that is away stops the start: a mistake in the settings is likelier, and then every message would be deferred. Once the host runs, it waits for the database.
    public async ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        if (!settings.IsLocal && settings.EffectiveTls is TlsMode.Disable or TlsMode.Unverified)
            report.Add(ProblemSeverity.Warning, $"The private keys come from {settings.Host} over a connection that others can read. Set 'tls' to \"verify_full\".", "tls");
        try
        {
            var version = await rows.AskAsync(database.ReadVersionAsync, cancellationToken).ConfigureAwait(false);
            Schema.Check(version, database.Place);
            // Those of version 0 are made at the start.
            if (version > 0)
                await CheckRowsAsync(report, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyDatabaseException error)
        {
            report.Add(ProblemSeverity.Error, error.Message, database.Setting);
        }
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await rows.MigrateAsync(makesFile: false, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyDatabaseException error)
        {
            throw new InvalidOperationException(error.Message);
        }
    }

    public async ValueTask RunPeriodicallyAsync(CancellationToken cancellationToken)
    {
        if (_backOff > TimeSpan.Zero && time.GetElapsedTime(_failed) < _backOff)
            return;
        try
        {
            await database.WatchAsync(Forget, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyDatabaseException error)
        {
            if (_backOff == TimeSpan.Zero)
                logger.LogWarning("{Problem}; keys that were read sign for up to {Seconds} s, other mail that is to be signed is deferred", error.Message, settings.CacheTime.TotalSeconds);
            _failed = time.GetTimestamp();
            _backOff = _backOff == TimeSpan.Zero ? database.WatchPause : _backOff * 2 < LongestBackOff ? _backOff * 2 : LongestBackOff;
        }
    }

    private void Forget(string? domain)
    {
        if (_backOff > TimeSpan.Zero)
            logger.LogInformation("{Database} is there again", database.Place);
        _backOff = TimeSpan.Zero;
        rows.Forget(domain);
    }

    private async ValueTask CheckRowsAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        foreach (var row in await rows.AskAsync(database.FindUnservedAsync, cancellationToken, CheckLimit).ConfigureAwait(false))
        {
            var key = row.Selector.Length > 0 ? $"the key {row.SigningDomain}/{row.Selector}" : $"a key of {row.SigningDomain}";
            report.Add(ProblemSeverity.Defect, $"signers '{row.Pattern}' wants {key}, which is not there or retired. Make it, or delete the row; until then its mail is deferred.", database.Setting);
        }
        if (await rows.AskAsync(database.CountActiveAsync, cancellationToken, CheckLimit).ConfigureAwait(false) == 0)
            report.Add(ProblemSeverity.Warning, $"{database.Place} has no active key, so that no mail is signed. Run: filterhost keys generate", database.Setting);
    }
}
