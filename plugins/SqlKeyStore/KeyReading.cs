using FilterHost.Keys;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>A key as it was read from its row: the key, or why it cannot be used and what mends it.</summary>
internal sealed record KeyReading(string SigningDomain, string Selector, SigningKeyState State, string Since, string Algorithm, PrivateKey? Key, string? Problem)
{
    public static KeyReading Of(KeyRow row, string database)
    {
        var place = PlaceOf(row, database);
        if (!PrivateKeyText.TryParse(row.PrivateKey, out var key, out var problem))
            return Bad($"{place} {problem}");
        var reading = KeyFileReading.Of(place, key);
        if (reading.Key is not null && KeyRow.TextOf(reading.Key.Algorithm) != row.Algorithm)
            return Bad($"{place} says {row.Algorithm}, and its key is of {KeyRow.TextOf(reading.Key.Algorithm)}. Correct the column 'algorithm'.");
        if (!DomainName.TryParse(row.SigningDomain, out _) || !DomainName.TryParse(row.Selector, out _))
            return Bad($"{place} has a signing domain or a selector that is no domain name. Correct the row.");
        return new KeyReading(row.SigningDomain, row.Selector, row.State, row.Since, row.Algorithm, reading.Key, reading.Problem);

        KeyReading Bad(string why) => new(row.SigningDomain, row.Selector, row.State, row.Since, row.Algorithm, null, why);
    }

    /// <summary>The row, for messages.</summary>
    public static string PlaceOf(KeyRow row, string database) => $"{database} signing_keys {row.SigningDomain}/{row.Selector}";
}
