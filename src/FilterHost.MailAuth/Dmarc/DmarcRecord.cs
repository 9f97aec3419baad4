using System.Text;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Dmarc;

/// <summary>A DMARC policy record (RFC 9989 §4.7, §4.8).</summary>
internal sealed class DmarcRecord
{
    /// <summary>The longest record that is read; those in use are below 1000 octets.</summary>
    public const int MaximumLength = 8192;

    private static readonly string[] KnownTags = ["v", "p", "sp", "np", "psd", "t", "adkim", "aspf", "rua", "ruf", "fo"];

    private readonly Dictionary<string, string> _tags = [];
    private readonly HashSet<string> _repeated = [];

    private DmarcRecord(DomainName domain) => Domain = domain;

    /// <summary>The domain that the record is for, without <c>_dmarc</c>.</summary>
    public DomainName Domain { get; }

    /// <summary>The tags that RFC 9989 knows, with their values as published. One that is repeated is not here.</summary>
    public IReadOnlyDictionary<string, string> Tags => _tags;

    public PublicSuffixFlag PublicSuffix => Choice("psd") switch { "y" => PublicSuffixFlag.Yes, "n" => PublicSuffixFlag.No, _ => PublicSuffixFlag.Unknown };

    public bool IsDkimStrict => Choice("adkim") is "s";

    public bool IsSpfStrict => Choice("aspf") is "s";

    /// <summary>
    /// False where <c>p</c> is missing or not valid, or <c>sp</c> or <c>np</c> is not valid, and no reporting URI makes up for it: then "the Mail Receiver applies no DMARC processing" (RFC 9989 §4.10.1).
    /// §4.7 words a missing <c>p</c> without that condition, and refers to §4.10.1 for it.
    /// </summary>
    public bool IsUsable => HasValidPolicies || ReportingUri.AnyIn(_tags.GetValueOrDefault("rua"));

    /// <summary>True where the policy of a name below the domain hangs on whether that name exists.</summary>
    public bool DependsOnExistence => HasValidPolicies && Policy("np") is { } np && np != (Policy("sp") ?? Policy("p"));

    private bool HasValidPolicies => Policy("p") is not null && IsValidOrAbsent("sp") && IsValidOrAbsent("np");

    /// <summary>Null for text that is no DMARC record: "the entire record MUST be ignored" (RFC 9989 §4.7, tag v).</summary>
    public static DmarcRecord? Parse(DomainName domain, ReadOnlyMemory<byte> text)
    {
        if (text.Length > MaximumLength)
            return null;
        var octets = text.Span;
        var record = new DmarcRecord(domain);
        var isFirst = true;
        foreach (var range in octets.Split((byte)';'))
        {
            record.Add(octets[range]);
            // "This tag MUST be the first tag in the list. The tag value is case sensitive": dmarc-version = "v" equals %s"DMARC1"
            if (isFirst && record._tags.GetValueOrDefault("v") is not "DMARC1")
                return null;
            isFirst = false;
        }
        return record;
    }

    /// <summary>The policy for the domain itself, <c>p</c>, or for a name below it (RFC 9989 §4.10.1), before <c>t</c>.</summary>
    /// <param name="isBelow">The author domain is below the record's.</param>
    /// <param name="exists">The author domain exists.</param>
    public DmarcPolicy PolicyFor(bool isBelow, bool exists)
    {
        // "the Mail Receiver MUST act as if a record containing "p=none" was retrieved"
        if (!HasValidPolicies)
            return DmarcPolicy.None;
        var policy = isBelow ? (exists ? null : Policy("np")) ?? Policy("sp") : null;
        return policy ?? Policy("p")!.Value;
    }

    /// <summary>One level lower where the domain is testing (RFC 9989 §4.7, tag t).</summary>
    public DmarcPolicy Applied(DmarcPolicy policy) => Choice("t") is "y" && policy > DmarcPolicy.None ? policy - 1 : policy;

    // dmarc-tag = 1*ALPHA equals 1*dmarc-value. A tag that breaks this is left out alone: "Syntax errors in the remainder of the record MUST be discarded in favor of default values (if any) or ignored outright".
    private void Add(ReadOnlySpan<byte> tag)
    {
        var equals = tag.IndexOf((byte)'=');
        if (equals < 0 || NameOf(TagText.Trim(tag[..equals])) is not { } name)
            return;
        var value = TagText.Trim(tag[(equals + 1)..]);
        // RFC 6376 §3.2 forbids to repeat a tag. Which value is meant cannot be told, so the tag has none that is valid.
        if (_tags.ContainsKey(name) || _repeated.Contains(name))
        {
            _repeated.Add(name);
            _tags.Remove(name);
        }
        else
        {
            _tags[name] = Encoding.UTF8.GetString(value);
        }
    }

    // Literals of ABNF ignore letter case (RFC 5234 §2.3); of this grammar only "DMARC1" does not.
    private static string? NameOf(ReadOnlySpan<byte> name)
    {
        foreach (var known in KnownTags)
        {
            if (Ascii.EqualsIgnoreCase(name, known))
                return known;
        }
        return null;
    }

    private bool IsValidOrAbsent(string tag) => !_repeated.Contains(tag) && (!_tags.ContainsKey(tag) || Policy(tag) is not null);

    private DmarcPolicy? Policy(string tag) => Choice(tag) switch
    {
        "none" => DmarcPolicy.None,
        "quarantine" => DmarcPolicy.Quarantine,
        "reject" => DmarcPolicy.Reject,
        _ => null,
    };

    private string? Choice(string tag) => _tags.GetValueOrDefault(tag)?.ToLowerInvariant();
}
