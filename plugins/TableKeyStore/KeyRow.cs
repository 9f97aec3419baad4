using FilterHost.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>The value of a row of the key table, <c>domain:selector:key[:algorithm]</c>, for one author.</summary>
/// <param name="Domain">The signing domain (d=).</param>
/// <param name="Selector">The selector (s=).</param>
/// <param name="Path">The file of the key; null where the key stands in the table.</param>
/// <param name="Inline">The key itself; empty where it has a file.</param>
/// <param name="Algorithm">What the key must be; null where the row does not say.</param>
internal sealed record KeyRow(DomainName Domain, string Selector, string? Path, string Inline, SigningAlgorithm? Algorithm)
{
    private const string Fields = "Write NAME DOMAIN:SELECTOR:KEY, and :ALGORITHM behind it where wanted.";

    private static readonly Dictionary<string, SigningAlgorithm?> Algorithms = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = null,
        ["rsa-sha256"] = SigningAlgorithm.RsaSha256,
        ["ed25519-sha256"] = SigningAlgorithm.Ed25519Sha256,
    };

    /// <summary>Parses a row; null, with the reason, for one that cannot be used.</summary>
    public static KeyRow? Parse(string value, DomainName author, string baseDirectory, out string? problem)
    {
        var fields = value.Split(':', 3, StringSplitOptions.TrimEntries);
        problem = null;
        if (fields.Length < 3)
            problem = $"the row has too few fields. {Fields}";
        else if (DomainOf(fields[0], author) is not { } domain)
            problem = $"'{fields[0]}' is no domain. {Fields}";
        else if (!DomainName.TryParse(fields[1], out var selector) || selector.ToString().Length != fields[1].Length)
            problem = $"'{fields[1]}' is no selector. {Fields}";
        else
            return OfKey(domain, fields[1], fields[2], author, baseDirectory, out problem);
        return null;
    }

    /// <summary>True where a row says other things for other authors.</summary>
    public static bool DependsOnAuthor(string value) => value.Contains('%', StringComparison.Ordinal);

    private static KeyRow? OfKey(DomainName domain, string selector, string text, DomainName author, string baseDirectory, out string? problem)
    {
        var (key, algorithm) = SplitAlgorithm(text);
        problem = key.Length == 0 ? $"the row has no key. {Fields}"
            // RFC 8301 §3.1: "rsa-sha1 MUST NOT be used for signing or verifying."
            : algorithm is "rsa-sha1" ? "rsa-sha1 must not be used for signing. Write rsa-sha256, or leave the field out."
            : null;
        if (problem is not null)
            return null;
        if (!IsPath(key))
            return new KeyRow(domain, selector, null, key, Algorithms[algorithm]);
        var path = System.IO.Path.GetFullPath(key.Replace("%", author.ToString(), StringComparison.Ordinal), baseDirectory);
        return new KeyRow(domain, selector, path, "", Algorithms[algorithm]);
    }

    private static DomainName? DomainOf(string text, DomainName author) => text == "%" ? author : DomainName.TryParse(text, out var domain) ? domain : null;

    // OpenDKIM up to 2.11 has no fourth field, so that a path may have a colon: only what is an algorithm is taken for one.
    private static (string Key, string Algorithm) SplitAlgorithm(string text)
    {
        var colon = text.LastIndexOf(':');
        var last = colon < 0 ? "" : text[(colon + 1)..].Trim().ToLowerInvariant();
        return colon >= 0 && (last is "rsa-sha1" || Algorithms.ContainsKey(last)) ? (text[..colon].Trim(), last) : (text, "");
    }

    private static bool IsPath(string key) => key.StartsWith('/') || key.StartsWith("./", StringComparison.Ordinal) || key.StartsWith("../", StringComparison.Ordinal);
}
