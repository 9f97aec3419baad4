using System.Globalization;
using System.Text;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Observation;

/// <summary>The tags of a signature, in the form in which they are compared.</summary>
internal sealed class SignatureText
{
    private readonly Dictionary<string, string> _tags = [];

    private SignatureText(TagList list, ReadOnlySpan<byte> octets)
    {
        foreach (var tag in list.Tags)
            _tags[Encoding.UTF8.GetString(octets[tag.Name])] = string.Concat(Encoding.UTF8.GetString(octets[tag.Value]).Where(character => !char.IsWhiteSpace(character)));
    }

    /// <summary>The SDID.</summary>
    public string Domain => ValueOf("d").ToLowerInvariant();

    /// <summary>The selector.</summary>
    public string Selector => ValueOf("s").ToLowerInvariant();

    /// <summary>The algorithm.</summary>
    public string Algorithm => ValueOf("a");

    /// <summary>The time of signing, null where it is not said.</summary>
    public long? SignedAt => NumberOf("t");

    /// <summary>The tags that are compared. Of the times only their distance is: a signature is made a moment before the other.</summary>
    public IReadOnlyList<string> Names => [.. _tags.Keys.Where(name => name is not ("b" or "t"))];

    /// <summary>Null for one whose tags cannot be read.</summary>
    public static SignatureText? Read(string value)
    {
        var octets = Encoding.UTF8.GetBytes(value);
        return TagList.TryParse(octets, out var tags, out _) ? new SignatureText(tags, octets) : null;
    }

    /// <summary>What a tag says, its default where it is left out (RFC 6376 §3.5).</summary>
    public string Meaning(string tag) => tag switch
    {
        "c" => ValueOf("c") is var c && c.Contains('/', StringComparison.Ordinal) ? c : c.Length == 0 ? "simple/simple" : $"{c}/simple",
        "d" => Domain,
        "s" => Selector,
        "i" => ValueOf("i") is { Length: > 0 } identifier ? identifier : $"@{Domain}",
        "q" => ValueOf("q") is { Length: > 0 } methods ? methods : "dns/txt",
        "x" => NumberOf("x") is { } expiry ? string.Create(CultureInfo.InvariantCulture, $"{expiry - (SignedAt ?? 0)} s after signing") : "",
        // In which order fields are signed says nothing of which are.
        "h" => string.Join(':', ValueOf("h").ToLowerInvariant().Split(':').Order(StringComparer.Ordinal)),
        _ => ValueOf(tag),
    };

    public override string ToString() => $"d={Domain} s={Selector} a={Algorithm}";

    private string ValueOf(string tag) => _tags.GetValueOrDefault(tag, "");

    private long? NumberOf(string tag) => long.TryParse(ValueOf(tag), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
