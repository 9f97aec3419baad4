using FilterHost.Keys;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The keys of one signing domain.</summary>
/// <param name="Active">Those that may sign.</param>
/// <param name="Pending">The selectors of those that do not sign yet.</param>
internal sealed record DomainKeys(IReadOnlyList<KeyReading> Active, IReadOnlyList<string> Pending)
{
    public static DomainKeys Of(IReadOnlyList<KeyRow> rows, string database) => new(
        [.. rows.Where(row => row.State == SigningKeyState.Active).Select(row => KeyReading.Of(row, database))],
        [.. rows.Where(row => row.State == SigningKeyState.Pending).Select(row => row.Selector)]);

    /// <summary>
    /// The keys that a row of signers means: the one that it names, else of each algorithm that which was activated last. RSA comes first, because verifiers that know RSA only are many.
    /// </summary>
    public IEnumerable<KeyReading> Choose(string selector) => selector.Length > 0
        ? Active.Where(key => key.Selector == selector)
        : Active.GroupBy(key => key.Algorithm, StringComparer.Ordinal)
            .OrderByDescending(keys => keys.Key, StringComparer.Ordinal)
            .Select(keys => keys.OrderBy(key => key.Since, StringComparer.Ordinal).ThenBy(key => key.Selector, StringComparer.Ordinal).Last());

    /// <summary>True where what a row of signers means is still to be activated: its mail is not ours yet.</summary>
    public bool IsPending(string selector) => selector.Length > 0 ? Pending.Contains(selector) : Active.Count == 0 && Pending.Count > 0;
}
