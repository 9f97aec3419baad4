using System.Diagnostics.CodeAnalysis;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Dns;

/// <summary>
/// Records read from text in the usual format of zone files (RFC 1035 §5.1): <c>$ORIGIN</c>, <c>$TTL</c>, <c>@</c>, relative names, parentheses, comments, quoted strings, <c>\DDD</c>, wildcards (RFC 4592). A string may be longer
/// than 255 octets. For tests and trials it knows one type more: <c>name FAIL SERVFAIL</c> and <c>name FAIL TIMEOUT</c> make every question for the name end so.
/// </summary>
public sealed class ZoneFile
{
    private readonly Dictionary<DomainName, ZoneName> _names = [];

    private ZoneFile()
    {
    }

    /// <summary>Reads records.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="zone">The records.</param>
    /// <param name="problem">What is wrong, with its line.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ZoneFile? zone, [NotNullWhen(false)] out string? problem)
    {
        zone = new ZoneFile();
        problem = new ZoneFileReader(zone).Read(text);
        if (problem is not null)
            zone = null;
        return problem is null;
    }

    /// <summary>Answers a question from the records.</summary>
    public DnsAnswer Answer(DomainName name, DnsRecordType type)
    {
        // A chain longer than this is a loop.
        const int maximumAliases = 16;
        var (current, timeToLive) = (name, TimeSpan.MaxValue);
        for (var depth = 0; depth <= maximumAliases; depth++)
        {
            var found = Find(current);
            if (found is not { Failure: null, Alias: { } alias })
                return AnswerAt(found);
            current = alias.Target;
            timeToLive = alias.TimeToLive < timeToLive ? alias.TimeToLive : timeToLive;
        }
        return new DnsAnswer { Outcome = DnsOutcome.ServerFailure };

        DnsAnswer AnswerAt(ZoneName? found)
        {
            var answer = found?.Answer(type) ?? new DnsAnswer { Outcome = DnsOutcome.NxDomain };
            return answer with
            {
                CanonicalName = current.Equals(name) ? null : current,
                TimeToLive = answer.TimeToLive < timeToLive ? answer.TimeToLive : timeToLive,
            };
        }
    }

    internal ZoneName NameOf(DomainName name)
    {
        // A name above one that has records exists, though it has none of its own (RFC 8020 §2).
        for (var above = name.Parent; above is not null; above = above.Parent)
            _names.TryAdd(above, new ZoneName());
        if (!_names.TryGetValue(name, out var found))
            _names[name] = found = new ZoneName();
        return found;
    }

    private ZoneName? Find(DomainName name)
    {
        if (_names.TryGetValue(name, out var exact))
            return exact;
        // RFC 4592 §2.2.1: the wildcard below the closest name that exists.
        for (var above = name.Parent; above is not null; above = above.Parent)
        {
            if (DomainName.TryParseQueryName($"*.{above}", out var wildcard) && _names.TryGetValue(wildcard, out var found))
                return found;
            if (_names.ContainsKey(above))
                return null;
        }
        return null;
    }
}
