using FilterHost.MailAuth.Dmarc;

namespace FilterHost.MailAuth.Tests.Dmarc;

/// <summary>Generated cases are put to Mail::DMARC, which follows RFC 7489 with a public suffix list. Each difference has its rule.</summary>
public sealed class MailDmarcDifferentialTests
{
    private const string List = "com\nco.uk\nuk\n*.ck\n!www.ck\ngithub.io\nio\n";

    private static readonly string[] Domains =
    [
        "example.com", "a.example.com", "b.example.com", "x.a.example.com", "other.com", "com", "example.co.uk", "m.example.co.uk", "other.co.uk", "co.uk", "a.ck", "b.a.ck", "c.b.a.ck", "d.b.a.ck", "ck", "www.ck", "m.www.ck",
        "one.github.io", "m.one.github.io", "two.github.io", "github.io", "xn--bcher-kva.com", "m.xn--bcher-kva.com", "unlisted", "a.unlisted", "b.a.unlisted",
    ];

    private static readonly string[] Policies =
    [
        "p=none", "p=quarantine", "p=reject", "p=reject", "p=Reject", "p=none; sp=reject", "p=reject; sp=none", "p=quarantine; sp=quarantine", "p=reject; adkim=s", "p=reject; aspf=s", "p=reject; adkim=s; aspf=s", "p=none; adkim=x; aspf=R",
        " p = reject ; adkim = s ; ", "p=reject; x=y; fo=1:d", "adkim=s", "p=x", "p=reject; sp=x", "rua=mailto:d@RUA", "p=x; rua=mailto:d@RUA", "p=reject; p=none", "p=reject; sp=x; rua=mailto:d@RUA",
    ];

    private static readonly string[] Versions = ["v=DMARC1; ", "v=DMARC1; ", "v=DMARC1; ", "v=DMARC1;", "v=DMARC1; ", "v=DMARC1 ; ", "v=DMARC2; ", "v=dmarc1; ", "v=spf1 -all; ", "x=1; v=DMARC1; "];

    [Fact]
    public async Task Mail_DMARC_agrees_or_the_rule_by_which_it_does_not_is_known()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, List, TestContext.Current.CancellationToken);
            Assert.True(PublicSuffixList.TryParse(List, PublicSuffixSections.All, out var list, out _));
            var random = new Random(20260101);
            var cases = Enumerable.Range(0, 4000).Select(_ => Case.Make(random)).ToList();
            await using var mailDmarc = MailDmarc.Start(file);
            var theirs = await mailDmarc.AskAsync([.. cases.Select(static made => made.Request)]);
            var explained = new SortedDictionary<string, int>();
            for (var i = 0; i < cases.Count; i++)
            {
                var (result, _) = await DmarcCase.EvaluateAsync(cases[i].Zone, cases[i].Mail, list);
                var ours = $"{result.Word} {(result.Outcome is DmarcOutcome.Fail ? result.Policy!.Value : DmarcPolicy.None).ToString().ToLowerInvariant()}";
                if (string.Equals(ours, theirs[i], StringComparison.OrdinalIgnoreCase))
                    continue;
                var rule = cases[i].Difference(theirs[i], ours);
                Assert.True(rule is not null, $"{cases[i].Request.Replace("\t", " | ", StringComparison.Ordinal)}: ours {ours} ({result.Reason}), theirs {theirs[i]}");
                explained[rule] = explained.GetValueOrDefault(rule) + 1;
            }
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', explained.Select(static rule => $"{rule.Value} {rule.Key}")));
            Assert.InRange(explained.Values.Sum(), 1, cases.Count / 4);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed record Case(string From, string Spf, string[] Dkim, (string Domain, string Text)[] Records)
    {
        public string Request => string.Join('\t', [From, Spf, string.Join(',', Dkim), .. Records.Select(static record => $"{record.Domain}={record.Text}")]);

        public string Zone => string.Join(" // ", Records.Select(static record => $"{record.Domain}= {record.Text}"));

        public string Mail => $"from={From} {(Spf.Length > 0 ? $"spf=pass:{Spf}" : "")} {string.Join(' ', Dkim.Select(static domain => $"dkim=pass:{domain}"))}";

        public static Case Make(Random random)
        {
            var from = Pick(random, Domains);
            // Mostly of the author's own tree, so that most cases have a policy and hang on alignment.
            string[] near = [.. Domains.Where(domain => domain.EndsWith(from[(from.IndexOf('.', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal))];
            var records = new List<(string Domain, string Text)>();
            for (var domain = from; domain.Length > 0; domain = domain.Contains('.', StringComparison.Ordinal) ? domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..] : "")
            {
                for (var count = random.Next(10) switch { 0 => 2, < 5 => 0, _ => 1 }; count > 0; count--)
                    records.Add((domain, Pick(random, Versions) + Pick(random, Policies).Replace("RUA", domain, StringComparison.Ordinal)));
            }
            return new Case(from, random.Next(2) == 0 ? "" : Pick(random, near), [.. Enumerable.Range(0, random.Next(3)).Select(_ => Pick(random, near))], [.. records]);
        }

        /// <summary>The rule by which the two differ, or null.</summary>
        public string? Difference(string theirs, string ours)
        {
            var texts = Records.Select(static record => record.Text).ToArray();
            if (From.EndsWith("www.ck", StringComparison.Ordinal) || Records.Any(static record => record.Domain is "www.ck"))
                return "it does not know exception rules of the list";
            if (From.EndsWith("unlisted", StringComparison.Ordinal))
                return "it does not know the list's default rule, by which a top-level domain without rule is a suffix";
            if (texts.Any(static text => text.StartsWith("v=dmarc1", StringComparison.Ordinal)))
                return "it takes v=dmarc1: RFC 7489 §6.3 has DMARC1 \"MUST match precisely\"";
            if (texts.Any(static text => text.Contains("p=reject; p=none", StringComparison.Ordinal)))
                return "of a repeated tag it takes the last: RFC 6376 §3.2 forbids to repeat one";
            if (Records.GroupBy(static record => record.Domain).Any(static group => group.Count() > 1) && theirs == "fail none" && ours == "none none")
                return "several records are fail there: RFC 7489 §6.6.3 does not apply DMARC";
            if (ours == "permerror none" && (theirs.StartsWith("error", StringComparison.Ordinal) || theirs == "fail none"))
                return "a record without valid p or sp and rua is fail there: RFC 7489 §6.6.3 takes no action";
            if (texts.Any(static text => text.Contains("p=x; rua", StringComparison.Ordinal)))
                return "a bad p or sp with rua: it keeps the bad word, RFC 7489 §6.6.3 has p=none";
            return null;
        }

        private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
    }
}
