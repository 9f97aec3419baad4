using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Makes the list h= for a message.</summary>
internal sealed class SignedFieldNames
{
    // Keeps a message of thousands of fields from a signature field that no MTA takes. Fields beyond it stay unsigned, except those that are oversigned.
    private const int MaximumOptionalNames = 256;

    private readonly bool _isInMessageOrder;
    private readonly HashSet<string> _oversigned = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _oversign = [];
    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _exact = [];
    private readonly List<string> _patterns = [];
    private readonly List<string> _omitted;

    public SignedFieldNames(DkimSigningOptions options)
    {
        _isInMessageOrder = options.Layout is SignatureLayout.Opendkim;
        _omitted = [.. options.Omit];
        AddOversigned(options);
        // RFC 6376 §5.4: "The From header field MUST be signed".
        foreach (var name in options.SignIfPresent.Prepend("From"))
        {
            if (FieldPattern.IsPattern(name))
                _patterns.Add(name);
            else if (!IsOmitted(name) && _named.Add(name))
                _exact.Add(name);
        }
    }

    /// <summary>How many names at the end of the list stand for no field of their own; z= of OpenDKIM leaves out what only they cover.</summary>
    public int AddedCount => _isInMessageOrder ? _oversign.Count : 0;

    public List<string> For(HeaderSection header) => _isInMessageOrder ? InMessageOrder(header) : Grouped(header);

    private void AddOversigned(DkimSigningOptions options)
    {
        if (_isInMessageOrder)
        {
            // OpenDKIM writes each of its OversignHeaders once, after the fields that are there.
            _oversign.AddRange(options.Oversign);
            return;
        }
        foreach (var name in options.Oversign.Prepend("From"))
        {
            if (!IsOmitted(name) && _oversigned.Add(name))
                _oversign.Add(name);
        }
    }

    private bool IsOmitted(string name) => IsOmitted(Encoding.ASCII.GetBytes(name));

    private bool IsOmitted(ReadOnlySpan<byte> name) => !Ascii.EqualsIgnoreCase(name, "From") && IsAny(_omitted, name);

    private List<string> InMessageOrder(HeaderSection header)
    {
        var names = new List<string>(_exact.Count + _oversign.Count);
        for (var i = 0; i < header.Count && names.Count < MaximumOptionalNames; i++)
        {
            var name = Encoding.ASCII.GetString(header[i].Name.Span);
            if (_named.Contains(name) || (IsAny(_patterns, header[i].Name.Span) && IsSignable(name, header[i].Name.Span)))
                names.Add(name);
        }
        names.AddRange(_oversign);
        return names;
    }

    private List<string> Grouped(HeaderSection header)
    {
        var names = new List<string>(_oversign.Count * 2);
        foreach (var name in _oversign)
        {
            var count = Count(header, name);
            if (count > 0 || !IsAddedByMta(name))
                Repeat(names, name, 1 + count, int.MaxValue);
        }
        var limit = names.Count + MaximumOptionalNames;
        foreach (var name in _exact)
        {
            if (!_oversigned.Contains(name))
                Repeat(names, name, Count(header, name), limit);
        }
        if (_patterns.Count > 0)
            AddByPattern(names, header, limit);
        return names;
    }

    // RFC 6409 §8.2: an MTA may add a Date field to mail that has none. Sendmail 8.17 does so behind its filters, which breaks a signature that says there is none.
    private static bool IsAddedByMta(string name) => name.Equals("Date", StringComparison.OrdinalIgnoreCase);

    private void AddByPattern(List<string> names, HeaderSection header, int limit)
    {
        for (var i = 0; i < header.Count && names.Count < limit; i++)
        {
            var octets = header[i].Name.Span;
            if (!IsAny(_patterns, octets))
                continue;
            var name = Encoding.ASCII.GetString(octets);
            if (!_oversigned.Contains(name) && !_named.Contains(name) && IsSignable(name, octets))
                names.Add(name);
        }
    }

    private static bool IsAny(List<string> patterns, ReadOnlySpan<byte> name)
    {
        foreach (var pattern in patterns)
        {
            if (FieldPattern.Matches(pattern, name))
                return true;
        }
        return false;
    }

    // A name that must not be signed at all is not signed by a pattern either.
    private bool IsSignable(string name, ReadOnlySpan<byte> octets) => FieldPattern.IsName(name) && DkimSigningOptions.ProblemOf(name) is null && !IsOmitted(octets);

    private static int Count(HeaderSection header, string name)
    {
        var count = 0;
        for (var i = 0; i < header.Count; i++)
        {
            if (header[i].IsNamed(name))
                count++;
        }
        return count;
    }

    private static void Repeat(List<string> names, string name, int count, int limit)
    {
        for (; count > 0 && names.Count < limit; count--)
            names.Add(name);
    }
}
