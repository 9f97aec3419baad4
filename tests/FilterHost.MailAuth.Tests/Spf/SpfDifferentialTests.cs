using System.Net;
using System.Text.RegularExpressions;
using FilterHost.Dns;
using FilterHost.MailAuth.Spf;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>
/// 2,000 generated records and clients, evaluated here and by two other implementations: results and explanations. A difference is explained by a rule: either ours comes to the same
/// where the records are written as the peer misreads them, or what was asked of DNS shows where the two had to part.
/// </summary>
public sealed partial class SpfDifferentialTests
{
    private const int Count = 2000;

    /// <summary>How each peer reads what it misreads, with the sentence that says what it means.</summary>
    private static readonly Dictionary<SpfPeer, (string Why, Func<string, string> Misread)[]> Misreadings = new()
    {
        [SpfPeer.Pyspf] =
        [
            ("RFC 7208 §4.6.1 with RFC 5234 §2.3: names are case-insensitive. pyspf knows exp in lower case alone.", static text => text.Replace("EXP=", "not-exp=", StringComparison.Ordinal)),
        ],
        [SpfPeer.MailSpf] =
        [
            ("RFC 7208 §7.3: upper-case macros are URL-escaped. Mail::SPF lower-cases the macros of mechanisms.", static text => UpperMacro().Replace(text, static macro => macro.Value.ToLowerInvariant())),
            ("RFC 7208 §7.4: %{l-} of strong-bad is strong.bad. Mail::SPF splits only where there are digits or r.", static text => DelimitersAlone().Replace(text, "%{$1}")),
            ("RFC 7208 §5.6: ip6 is for IPv6 clients. To Mail::SPF every IPv4 client lies in ::/0.", static text => AllOfIp6().Replace(text, "all")),
        ],
    };

    /// <summary>Where the two part for what was asked of DNS, or for what the record is.</summary>
    private static readonly (string Why, Func<Difference, bool> Explains)[] Reasons =
    [
        ("RFC 7208 §5.5: where the PTR look-up fails \"this mechanism fails to match\", and a name whose addresses cannot be looked up \"is skipped\". The peers give temperror.",
            static difference => difference is { Theirs.Word: "temperror", LooksForNamesOfClient: true }),
        ("RFC 7208 §4.6.4 leaves open what the limit of void look-ups counts. The peers count what the names of the client find; the owner of the client's address chooses these.",
            static difference => difference is { HasManyVoids: true, LooksForNamesOfClient: true }),
        ("RFC 7208 §5.4: an mx matches with the first address that does. pyspf looks up all hosts before it compares any, and meets what is wrong with the rest.",
            static difference => difference.Peer == SpfPeer.Pyspf && (difference.HasManyVoids || difference.Theirs.Word == "temperror") && difference.Asked.Any(static entry => entry.Question.StartsWith("MX ", StringComparison.Ordinal) && entry.Outcome == DnsOutcome.Records)),
        ("RFC 7208 §4.6: \"any syntax errors anywhere in the record\" are a permerror. The peers check a macro when they expand it, and macros of unknown modifiers never.",
            static difference => difference.Ours.Result is { Word: "permerror", Reason: { } reason } && reason.Contains("syntax error at", StringComparison.Ordinal) && reason.Contains('%', StringComparison.Ordinal)),
        ("RFC 7208 §4.6.4: more than 10 MX records are a permerror. Mail::SPF takes the first 10, as RFC 4408 had it.",
            static difference => difference.Peer == SpfPeer.MailSpf && difference.Ours.Result.Reason?.Contains("MX records", StringComparison.Ordinal) == true),
    ];

    [Fact]
    public Task Results_and_explanations_agree_with_pyspf() => CompareAsync(SpfPeer.Pyspf);

    [Fact]
    public Task Results_and_explanations_agree_with_Mail_SPF() => CompareAsync(SpfPeer.MailSpf);

    private static async Task CompareAsync(SpfPeer peer)
    {
        peer.Require();
        var generation = new SpfGeneration(7208);
        var questions = generation.Make(Count);
        var misread = generation.Zone.WithTexts(text => Misreadings[peer].Aggregate(text, static (text, reading) => reading.Misread(text)));
        var theirs = await peer.AskAsync(generation.Zone, generation.Failing, questions);
        var unexplained = new List<string>();
        var agreed = 0;
        foreach (var (question, answer) in questions.Zip(theirs))
        {
            var difference = await EvaluateAsync(peer, question, answer, generation.Zone);
            if (difference.Agrees)
                agreed++;
            else if (!IsExplained(difference) && await EvaluateAsync(peer, question, answer, misread) is { Agrees: false } again && !IsExplained(again))
                unexplained.Add(difference.ToString());
        }
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} unexplained\n{string.Join('\n', unexplained)}");
        Assert.InRange(agreed, Count * 9 / 10, Count);
    }

    private static bool IsExplained(Difference difference) => Reasons.Any(reason => reason.Explains(difference));

    private static async Task<Difference> EvaluateAsync(SpfPeer peer, SpfQuestion question, (string, string, string) theirs, SpfZone zone)
    {
        var at = question.Sender.LastIndexOf('@');
        var client = IPAddress.Parse(question.Client);
        var request = at < 0
            ? SpfRequest.ForMailFrom(client, question.Helo, EnvelopeAddress.Parse("<>"u8.ToArray()))
            : SpfRequest.ForSender(client, question.Helo, question.Sender[..at], question.Sender[(at + 1)..]);
        var start = zone.Questions.Count;
        var evaluator = new SpfEvaluator(new SpfOptions(), TimeProvider.System);
        var ours = await evaluator.EvaluateAsync(request with { WantsExplanation = true, Receiver = "mx.test" }, zone, TestContext.Current.CancellationToken);
        return new Difference(peer, question, ours, theirs, [.. zone.Questions.Zip(zone.Outcomes).Skip(start)]);
    }

    [GeneratedRegex("%\\{[A-Z]")]
    private static partial Regex UpperMacro();

    [GeneratedRegex("%\\{([a-z])[^a-z0-9}]+\\}", RegexOptions.IgnoreCase)]
    private static partial Regex DelimitersAlone();

    [GeneratedRegex("ip6:[^ /]*/0(?= |$)")]
    private static partial Regex AllOfIp6();

    private sealed record Difference(SpfPeer Peer, SpfQuestion Question, SpfEvaluation Ours, (string Word, string Explanation, string Reason) Theirs, IReadOnlyList<(string Question, DnsOutcome Outcome)> Asked)
    {
        // Letter case of addresses means nothing.
        public bool Agrees => Ours.Result.Word == Theirs.Word && string.Equals(Ours.Explanation ?? "", Theirs.Explanation, StringComparison.OrdinalIgnoreCase);

        public bool HasManyVoids => Theirs.Word == "permerror" && Theirs.Reason.Contains("void", StringComparison.OrdinalIgnoreCase);

        // pyspf expands the macros of all terms before it evaluates the first.
        public bool LooksForNamesOfClient => Asked.Any(static entry => entry.Question.StartsWith("PTR ", StringComparison.Ordinal)) || Question.Record.Contains("%{p", StringComparison.Ordinal);

        public override string ToString() =>
            $"{Question.Client} {Question.Sender} {Question.Helo} {Question.Record}: ours {Ours.Result.Word} ({Ours.Result.Reason}) '{Ours.Explanation}', theirs {Theirs.Word} ({Theirs.Reason}) '{Theirs.Explanation}' asked {string.Join(", ", Asked)}";
    }
}
