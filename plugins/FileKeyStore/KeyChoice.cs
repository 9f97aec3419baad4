namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Which of a domain's good keys sign.</summary>
internal static class KeyChoice
{
    /// <summary>
    /// All that the settings name; of a folder one for each algorithm: that of the settings' selector, else the selector last in ASCII order.
    /// RSA comes first, because verifiers that know RSA only are many.
    /// </summary>
    public static IEnumerable<KeyReading> Choose(IReadOnlyList<KeyReading> readings, FileKeyStoreSettings settings)
    {
        var domain = readings[0].Place.Domain;
        if (settings.Keys.Any(entry => domain.Equals(entry.Domain)))
            return readings.OrderBy(reading => reading.Key!.Algorithm);
        return readings
            .Where(reading => settings.Selector is null || reading.Place.Selector == settings.Selector)
            .GroupBy(reading => reading.Key!.Algorithm)
            .OrderBy(group => group.Key)
            .Select(group => group.MaxBy(reading => reading.Place.Selector, StringComparer.Ordinal)!);
    }
}
