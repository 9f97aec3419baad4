using System.Text;
using FilterHost.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>The one form in which addresses, domains and patterns of them are compared: lower case, domains in A-labels.</summary>
internal static class AddressText
{
    private const string AtomSpecials = "!#$%&'*+-/=?^_`{|}~.";

    /// <summary>The author's local part as an address has it: quoted where it must be, so that no local part can pass for another address (RFC 5322 §3.4.1).</summary>
    public static string LocalPartOf(SigningQuery query)
    {
        var local = query.AuthorLocalPart.ToLowerInvariant();
        return local.All(static character => char.IsAsciiLetterOrDigit(character) || !char.IsAscii(character) || AtomSpecials.Contains(character, StringComparison.Ordinal))
            ? local
            : $"\"{local.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A key of a signing table in the form compared. U-labels are converted one by one, so that a pattern's * and leading dot may stand beside them.</summary>
    public static string Normalize(string key)
    {
        var lower = key.ToLowerInvariant();
        if (Ascii.IsValid(lower))
            return lower;
        var domain = lower.LastIndexOf('@') + 1;
        return lower[..domain] + string.Join('.', lower[domain..].Split('.').Select(ToALabel));
    }

    /// <summary>The domain that a key is about, where it says one: of user@host, host, *@host and the like.</summary>
    public static DomainName? DomainOf(string key) => DomainName.TryParse(key.AsSpan(key.LastIndexOf('@') + 1), out var domain) ? domain : null;

    private static string ToALabel(string label) => !Ascii.IsValid(label) && DomainName.TryParse(label, out var name) ? name.ToString() : label;
}
