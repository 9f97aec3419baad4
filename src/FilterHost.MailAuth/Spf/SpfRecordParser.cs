using System.Buffers;
using System.Net;

namespace FilterHost.MailAuth.Spf;

/// <summary>Parses the terms of a record (RFC 7208 §4.6.1).</summary>
internal sealed class SpfRecordParser
{
    // What a reason shows of a term that is wrong.
    private const int ShownLength = 40;

    private static readonly SearchValues<char> Ip6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly List<SpfDirective> _directives = [];
    private DomainSpec? _redirect;
    private DomainSpec? _explanation;

    /// <summary>Parses what follows the version.</summary>
    public SpfRecord Parse(ReadOnlySpan<char> text)
    {
        // terms = *( 1*SP ( directive / modifier ) ). Only the space separates; other white space is part of a term and wrong there.
        foreach (var range in text.Split(' '))
        {
            var term = text[range];
            if (!term.IsEmpty && !TryRead(term))
                return new SpfRecord { Problem = $"syntax error at '{SmtpReply.Clean(term[..Math.Min(term.Length, ShownLength)].ToString())}'" };
        }
        return new SpfRecord { Directives = _directives, Redirect = _redirect, Explanation = _explanation };
    }

    private bool TryRead(ReadOnlySpan<char> term)
    {
        // A modifier's name is followed by "=", a mechanism's by ":" or "/"; the first of the three decides.
        var end = term.IndexOfAny(":/=");
        return end >= 0 && term[end] == '=' ? TryReadModifier(term[..end], term[(end + 1)..]) : TryReadDirective(term);
    }

    private bool TryReadModifier(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        // RFC 7208 §6: "The modifiers "redirect" and "exp" … MUST NOT appear in a record more than once each".
        if (name.Equals("redirect", StringComparison.OrdinalIgnoreCase))
            return _redirect is null && (_redirect = DomainSpec.Parse(value)) is not null;
        if (name.Equals("exp", StringComparison.OrdinalIgnoreCase))
            return _explanation is null && (_explanation = DomainSpec.Parse(value)) is not null;
        // RFC 7208 §6: "Unrecognized modifiers MUST be ignored", but their syntax is that of a macro-string.
        return IsName(name) && MacroString.TryParse(value, out _);
    }

    // name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !char.IsAsciiLetter(name[0]))
            return false;
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
                return false;
        }
        return true;
    }

    private bool TryReadDirective(ReadOnlySpan<char> term)
    {
        var outcome = term[0] switch
        {
            '-' => SpfOutcome.Fail,
            '~' => SpfOutcome.SoftFail,
            '?' => SpfOutcome.Neutral,
            _ => SpfOutcome.Pass,
        };
        if (term[0] is '+' or '-' or '~' or '?')
            term = term[1..];
        var end = term.IndexOfAny(":/");
        var name = end < 0 ? term : term[..end];
        if (!TryReadMechanism(name, out var mechanism))
            return false;
        var directive = ReadArguments(new SpfDirective(outcome, mechanism, term.ToString()), end < 0 ? [] : term[end..]);
        if (directive is null)
            return false;
        _directives.Add(directive);
        return true;
    }

    private static bool TryReadMechanism(ReadOnlySpan<char> name, out SpfMechanism mechanism)
    {
        // The members are the names of RFC 7208 §5; a number is no name.
        mechanism = default;
        return !name.IsEmpty && char.IsAsciiLetter(name[0]) && !name.Contains(',') && Enum.TryParse(name, ignoreCase: true, out mechanism);
    }

    /// <summary>Reads what follows the name: nothing, or a text that begins with a colon or slash. Null where it is wrong.</summary>
    private static SpfDirective? ReadArguments(SpfDirective directive, ReadOnlySpan<char> text) => directive.Mechanism switch
    {
        SpfMechanism.All => text.IsEmpty ? directive : null,
        SpfMechanism.Include or SpfMechanism.Exists => ReadTarget(directive, text),
        SpfMechanism.Ptr => text.IsEmpty ? directive : ReadTarget(directive, text),
        SpfMechanism.Ip4 => ReadIp4(directive, text),
        SpfMechanism.Ip6 => ReadIp6(directive, text),
        _ => ReadTargetAndPrefixes(directive, text),
    };

    private static SpfDirective? ReadTarget(SpfDirective directive, ReadOnlySpan<char> text) =>
        text.StartsWith(':') && DomainSpec.Parse(text[1..]) is { } target ? directive with { Target = target } : null;

    // [ ":" domain-spec ] [ dual-cidr-length ]; dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ].
    // A domain-spec may hold slashes, so the lengths are taken off from the end.
    private static SpfDirective? ReadTargetAndPrefixes(SpfDirective directive, ReadOnlySpan<char> text)
    {
        if (TakePrefix(ref text, "//", out var ip6))
        {
            if (!TryReadPrefix(ip6, AddressPrefix.Ip6Bits, out var bits))
                return null;
            directive = directive with { Ip6Prefix = bits };
        }
        if (TakePrefix(ref text, "/", out var ip4))
        {
            if (!TryReadPrefix(ip4, AddressPrefix.Ip4Bits, out var bits))
                return null;
            directive = directive with { Ip4Prefix = bits };
        }
        return text.IsEmpty ? directive : ReadTarget(directive, text);
    }

    private static SpfDirective? ReadIp4(SpfDirective directive, ReadOnlySpan<char> text)
    {
        var bits = AddressPrefix.Ip4Bits;
        if (TakePrefix(ref text, "/", out var prefix) && !TryReadPrefix(prefix, AddressPrefix.Ip4Bits, out bits))
            return null;
        return text.StartsWith(':') && IsIp4(text[1..])
            ? directive with { Network = IPAddress.Parse(text[1..]), Ip4Prefix = bits }
            : null;
    }

    private static SpfDirective? ReadIp6(SpfDirective directive, ReadOnlySpan<char> text)
    {
        var bits = AddressPrefix.Ip6Bits;
        if (TakePrefix(ref text, "/", out var prefix) && !TryReadPrefix(prefix, AddressPrefix.Ip6Bits, out bits))
            return null;
        // The class library would also take brackets, scopes and IPv4 addresses.
        return text.StartsWith(':') && text[1..].Contains(':') && !text.ContainsAnyExcept(Ip6Characters) && IPAddress.TryParse(text[1..], out var network)
            ? directive with { Network = network, Ip6Prefix = bits }
            : null;
    }

    // qnum = DIGIT / %x31-39 DIGIT / "1" 2DIGIT / "2" %x30-34 DIGIT / "25" %x30-35
    private static bool IsIp4(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            if (++count > 4 || !TryReadPrefix(text[range], byte.MaxValue, out _))
                return false;
        }
        return count == 4;
    }

    /// <summary>Takes digits and the slashes before them off the end.</summary>
    private static bool TakePrefix(ref ReadOnlySpan<char> text, ReadOnlySpan<char> slashes, out ReadOnlySpan<char> digits)
    {
        var start = text.LastIndexOfAnyExceptInRange('0', '9') + 1;
        digits = text[start..];
        if (digits.IsEmpty || !text[..start].EndsWith(slashes))
            return false;
        text = text[..(start - slashes.Length)];
        return true;
    }

    // "0" / %x31-39 0*2DIGIT
    private static bool TryReadPrefix(ReadOnlySpan<char> digits, int maximum, out int value)
    {
        value = 0;
        if (digits.Length is 0 or > 3 || (digits[0] == '0' && digits.Length > 1) || digits.ContainsAnyExceptInRange('0', '9'))
            return false;
        foreach (var digit in digits)
            value = (value * 10) + digit - '0';
        return value <= maximum;
    }
}
