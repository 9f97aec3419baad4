using System.Collections.Concurrent;
using System.Text;
using FilterHost.Dns;
using FilterHost.MailAuth.Dmarc;
using FilterHost.MailAuth.Dns;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Tests.Dmarc;

/// <summary>
/// One message and what came of it, in a line each.
/// <para>Zone, entries parted by <c> // </c>: <c>example.com: p=none</c> is a DMARC record of that domain, <c>example.com= text</c> any TXT record at its _dmarc name, <c>example.com!</c> a server that fails there,
/// <c>+example.com</c> a name that exists, <c>!example.com</c> a name whose server fails.</para>
/// <para>Mail: <c>from=</c> a domain, or <c>From:</c> and the rest of the line as the field's body; <c>spf=pass:example.com</c>, <c>helo=pass:</c>, <c>null=pass:</c>, <c>dkim=pass:</c>, <c>testing=pass:</c>, each by the outcome's word.</para>
/// </summary>
internal sealed class DmarcCase : IDnsResolver
{
    private readonly ZoneFile _zone;
    private readonly ConcurrentQueue<string> _asked = [];

    private DmarcCase(string zone)
    {
        var isRead = ZoneFile.TryParse(ZoneText(zone), out var file, out var problem);
        Assert.True(isRead, problem);
        _zone = file!;
    }

    /// <summary>Evaluates, and asserts each word of <paramref name="expected"/>: the verdict, <c>p=</c> policy, <c>at=</c> policy domain, <c>org=</c> organizational domain, <c>dkim=</c> and <c>spf=</c> (yes, no, ?), <c>q=</c> number of questions, <c>asked=</c> the questions in order, <c>A:</c> before one that is not for a record.</summary>
    public static async Task AssertAsync(string zone, string mail, string expected, PublicSuffixList? list = null)
    {
        var (result, asked) = await EvaluateAsync(zone, mail, list);
        var words = new List<string>
        {
            result.Word,
            $"p={result.Policy?.ToString().ToLowerInvariant() ?? "?"}",
            $"at={result.PolicyDomain?.ToString() ?? "?"}",
            $"org={result.OrganizationalDomain?.ToString() ?? "?"}",
            $"dkim={Word(result.IsDkimAligned)}",
            $"spf={Word(result.IsSpfAligned)}",
            $"q={asked.Count}",
            $"asked={string.Join(',', asked)}",
        };
        foreach (var word in expected.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Assert.True(words.Contains(word), $"expected {word}; got {string.Join(' ', words)} ({result.Reason})");
    }

    public static async Task<(DmarcResult Result, IReadOnlyList<string> Asked)> EvaluateAsync(string zone, string mail, PublicSuffixList? list = null)
    {
        var resolver = new DmarcCase(zone);
        using var evaluation = new DmarcEvaluation(resolver, list, TestContext.Current.CancellationToken);
        var (author, reversePath, results) = Read(mail);
        var result = await evaluation.EvaluateAsync(author, reversePath, results);
        return (result, [.. resolver._asked]);
    }

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
    {
        var text = name.ToString();
        _asked.Enqueue(type is DnsRecordType.Txt && text.StartsWith("_dmarc.", StringComparison.Ordinal) ? text["_dmarc.".Length..] : $"{type}:{text}");
        return new ValueTask<DnsAnswer>(_zone.Answer(name, type));
    }

    private static string Word(bool? isAligned) => isAligned switch { true => "yes", false => "no", null => "?" };

    private static string ZoneText(string zone)
    {
        var text = new StringBuilder("$ORIGIN .\n");
        foreach (var entry in zone.Split(" // ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var end = entry.IndexOfAny([':', '=', ' ']);
            text.AppendLine(entry switch
            {
                ['+', .. var name] => $"{name}. A 192.0.2.1",
                ['!', .. var name] => $"{name}. FAIL SERVFAIL",
                [.. var name, '!'] => $"_dmarc.{name}. FAIL SERVFAIL",
                _ when entry[end] == ':' => $"_dmarc.{entry[..end]}. TXT \"v=DMARC1;{entry[(end + 1)..]}\"",
                _ when entry[end] == '=' => $"_dmarc.{entry[..end]}. TXT \"{entry[(end + 1)..].Trim()}\"",
                _ => entry,
            });
        }
        return text.ToString();
    }

    private static (Author Author, EnvelopeAddress ReversePath, List<AuthenticationResult> Results) Read(string mail)
    {
        Author author = new Author.None();
        var reversePath = EnvelopeAddress.Parse("<>"u8.ToArray());
        var results = new List<AuthenticationResult>();
        var field = mail.IndexOf("From:", StringComparison.Ordinal);
        if (field >= 0)
        {
            author = AuthorParser.ParseField(Encoding.UTF8.GetBytes(mail[(field + 5)..]));
            mail = mail[..field];
        }
        foreach (var word in mail.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = (word[..word.IndexOf('=', StringComparison.Ordinal)], word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            if (key == "from")
                author = AuthorParser.ParseField(Encoding.UTF8.GetBytes($" a@{value}"));
            else if (key == "mailfrom")
                reversePath = EnvelopeAddress.Parse(Encoding.UTF8.GetBytes($"<b@{value}>"));
            else
                results.Add(ResultOf(key, value.Split(':')));
        }
        return (author, reversePath, results);
    }

    private static AuthenticationResult ResultOf(string key, string[] value)
    {
        var domain = value[1].Length == 0 ? null : DomainName.Parse(value[1]);
        var provenance = key.StartsWith("field-", StringComparison.Ordinal) ? ResultProvenance.Field : ResultProvenance.Computed;
        return key.Replace("field-", "", StringComparison.Ordinal) switch
        {
            "dkim" => new DkimSignatureResult { Outcome = Enum.Parse<DkimOutcome>(value[0], ignoreCase: true), SigningDomain = domain, Provenance = provenance },
            "testing" => new DkimSignatureResult { Outcome = Enum.Parse<DkimOutcome>(value[0], ignoreCase: true), SigningDomain = domain, IsTestingKey = true },
            var name => new SpfResult
            {
                Outcome = Enum.Parse<SpfOutcome>(value[0], ignoreCase: true),
                Identity = name is "helo" ? SpfIdentity.Helo : SpfIdentity.MailFrom,
                IsNullPath = name is "null",
                Domain = domain,
                Provenance = provenance,
            },
        };
    }
}
