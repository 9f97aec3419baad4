using System.Diagnostics.CodeAnalysis;

namespace FilterHost.MailAuth.Dmarc;

/// <summary>A public suffix list in the format of publicsuffix.org: one rule a line, with <c>*.</c> and <c>!</c>, in A-labels or U-labels.</summary>
public sealed class PublicSuffixList
{
    /// <summary>The largest list that is read, in octets. That of 2026 has 320 kB.</summary>
    public const int MaximumSize = 4 << 20;

    private const int MaximumRules = 100_000;

    private readonly Dictionary<DomainName, Rule> _rules = [];

    private PublicSuffixList()
    {
    }

    // What a list says of one name; a name may have a rule of its own and a wildcard below it.
    [Flags]
    private enum Rule
    {
        Suffix = 1,
        Wildcard = 2,
        Exception = 4,
    }

    /// <summary>Number of names with rules.</summary>
    public int Count => _rules.Count;

    /// <summary>Reads a list.</summary>
    /// <param name="text">The list's text.</param>
    /// <param name="sections">Which rules count.</param>
    /// <param name="list">The list.</param>
    /// <param name="problem">What is wrong, with its line.</param>
    public static bool TryParse(string text, PublicSuffixSections sections, [NotNullWhen(true)] out PublicSuffixList? list, [NotNullWhen(false)] out string? problem)
    {
        list = new PublicSuffixList();
        problem = text.Length > MaximumSize ? $"the list is longer than {MaximumSize} characters" : list.Read(text, sections);
        if (problem is null && list.Count == 0)
            problem = "the list has no rule";
        if (problem is not null)
            list = null;
        return problem is null;
    }

    /// <summary>The public suffix of a domain and one label more, or null where the domain is a public suffix. A top-level domain without rule is one.</summary>
    public DomainName? OrganizationalDomainOf(DomainName domain)
    {
        // The longest rule prevails, an exception over all (publicsuffix.org, "Algorithm"); the exception's own name is then the domain that somebody registered.
        DomainName? child = null;
        for (DomainName? name = domain; name is not null; (child, name) = (name, name.Parent))
        {
            var rule = _rules.GetValueOrDefault(name);
            if (rule.HasFlag(Rule.Exception))
                return name;
            // *.name makes every name one label below it a suffix.
            if (rule.HasFlag(Rule.Wildcard) && child is not null)
                return Above(domain, child);
            if (rule.HasFlag(Rule.Suffix) || name.Parent is null)
                return child;
        }
        return null;
    }

    // The name one label longer than the suffix, on the way to the domain.
    private static DomainName? Above(DomainName domain, DomainName suffix)
    {
        if (domain.Equals(suffix))
            return null;
        while (domain.Parent is { } parent && !parent.Equals(suffix))
            domain = parent;
        return domain;
    }

    private string? Read(string text, PublicSuffixSections sections)
    {
        var number = 0;
        var isCounted = sections is PublicSuffixSections.All;
        foreach (var whole in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = whole.Trim(" \t");
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                if (sections is PublicSuffixSections.Icann)
                    isCounted = line.Contains("===BEGIN ICANN DOMAINS===", StringComparison.Ordinal) || (isCounted && !line.Contains("===END ICANN DOMAINS===", StringComparison.Ordinal));
                continue;
            }
            // "Each line is only read up to the first whitespace"
            var end = line.IndexOfAny(' ', '\t');
            var rule = end < 0 ? line : line[..end];
            if (rule.IsEmpty || !isCounted)
                continue;
            if (!TryAdd(rule))
                return $"line {number} is no rule";
            if (_rules.Count > MaximumRules)
                return $"the list has more than {MaximumRules} rules";
        }
        return null;
    }

    private bool TryAdd(ReadOnlySpan<char> text)
    {
        if (text is "*")
            return true;
        var kind = text[0] == '!' ? Rule.Exception : text.StartsWith("*.", StringComparison.Ordinal) ? Rule.Wildcard : Rule.Suffix;
        text = text[(kind switch { Rule.Exception => 1, Rule.Wildcard => 2, _ => 0 })..];
        if (!DomainName.TryParse(text, out var name))
            return false;
        _rules[name] = _rules.GetValueOrDefault(name) | kind;
        return true;
    }
}
