using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Makes the list h= for a message.</summary>
internal sealed class SignedFieldNames
{
    // Keeps a message of thousands of fields from a signature field that no MTA takes. Fields beyond it stay unsigned, except those that are oversigned.
    private const int MaximumOptionalNames = 256;

    private readonly HashSet<string> _oversigned = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _oversign = [];
    private readonly List<string> _exact = [];
    private readonly List<string> _prefixes = [];

    public SignedFieldNames(DkimSigningOptions options)
    {
        // RFC 6376 §5.4: "The From header field MUST be signed".
        foreach (var name in options.Oversign.Prepend("From"))
        {
            if (_oversigned.Add(name))
                _oversign.Add(name);
        }
        foreach (var name in options.SignIfPresent)
            (FieldPattern.IsPrefix(name) ? _prefixes : _exact).Add(name);
    }

    public List<string> For(HeaderSection header)
    {
        var names = new List<string>(_oversign.Count * 2);
        foreach (var name in _oversign)
            Repeat(names, name, 1 + Count(header, name), int.MaxValue);
        var limit = names.Count + MaximumOptionalNames;
        foreach (var name in _exact)
        {
            if (!_oversigned.Contains(name))
                Repeat(names, name, Count(header, name), limit);
        }
        if (_prefixes.Count > 0)
            AddByPrefix(names, header, limit);
        return names;
    }

    private void AddByPrefix(List<string> names, HeaderSection header, int limit)
    {
        for (var i = 0; i < header.Count && names.Count < limit; i++)
        {
            var octets = header[i].Name.Span;
            foreach (var prefix in _prefixes)
            {
                if (octets.Length < prefix.Length - 1 || !Ascii.EqualsIgnoreCase(octets[..(prefix.Length - 1)], prefix.AsSpan(0, prefix.Length - 1)))
                    continue;
                var name = Encoding.ASCII.GetString(octets);
                if (IsOurs(name))
                    names.Add(name);
                break;
            }
        }
    }

    // A name that is listed already, or must not be signed at all, is not signed by a prefix.
    private bool IsOurs(string name) =>
        !name.EndsWith('*') && DkimSigningOptions.ProblemOf(name) is null && !_oversigned.Contains(name)
            && !_exact.Contains(name, StringComparer.OrdinalIgnoreCase);

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
