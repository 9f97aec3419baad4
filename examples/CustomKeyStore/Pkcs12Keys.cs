using Microsoft.Extensions.Logging;

namespace FilterHost.Examples.CustomKeyStore;

/// <summary>The keys, read at start and again when their files change.</summary>
internal sealed class Pkcs12Keys : IPluginLifetime, IDisposable
{
    private readonly ILogger<Pkcs12Keys> _logger;

    // Replaced whole and never changed, so that whoever reads needs no lock.
    private volatile IReadOnlyList<Pkcs12Key> _keys;

    public Pkcs12Keys(Pkcs12KeyStoreSettings settings, ILogger<Pkcs12Keys> logger) => (_logger, _keys) = (logger, [.. settings.Keys.Select(Pkcs12Key.Read)]);

    public TimeSpan? Period => TimeSpan.FromSeconds(10);

    public IReadOnlyList<Pkcs12Key> All => _keys;

    public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _keys.Count; i++)
        {
            if (_keys[i].Problem is { } problem)
                report.Add(ProblemSeverity.Error, problem, $"keys[{i}].file");
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask RunPeriodicallyAsync(CancellationToken cancellationToken)
    {
        if (_keys.Any(static key => Pkcs12Key.TimeOf(key.Entry) != key.Written))
            _keys = [.. _keys.Select(Renewed)];
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Private?.Dispose();
    }

    // A file that is half written, or wrong, does not take a good key away. The key that goes is not disposed: a message may be signing with it.
    private Pkcs12Key Renewed(Pkcs12Key old)
    {
        if (Pkcs12Key.TimeOf(old.Entry) == old.Written)
            return old;
        var key = Pkcs12Key.Read(old.Entry);
        if (key.Problem is null)
            return key;
        _logger.LogWarning("{Problem}; the key that was read before stays in use", key.Problem);
        return old with { Written = key.Written };
    }
}
