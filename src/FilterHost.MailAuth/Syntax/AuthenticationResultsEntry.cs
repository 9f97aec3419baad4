using System.Globalization;

namespace FilterHost.MailAuth.Syntax;

/// <summary>One result of a field as it stands there (resinfo of RFC 8601 §2.2), and the typed result that it is.</summary>
internal sealed class AuthenticationResultsEntry(string method, string word)
{
    /// <summary>The first reason.</summary>
    public string? Reason { get; set; }

    public List<ResultProperty> Properties { get; } = [];

    /// <summary>Comments are for people, but the policy of DMARC stands nowhere else in the fields of other programs.</summary>
    public bool ReadsComments => method == "dmarc";

    /// <summary>All comments, with their parentheses.</summary>
    public string Comments { get; set; } = "";

    /// <summary>
    /// A word that is not registered for the method leaves the result generic: it stays to be seen, and nobody who asks for results of DKIM, SPF or DMARC takes it for one of theirs
    /// (RFC 8601 §2.7.7: extension results are for those who have agreed on them).
    /// </summary>
    public AuthenticationResult ToResult() => method switch
    {
        "dkim" when TryParseWord<DkimOutcome>(word, out var outcome) => ToDkim(outcome),
        "spf" when TryParseWord<SpfOutcome>(word, out var outcome) => ToSpf(outcome),
        "dmarc" when TryParseWord<DmarcOutcome>(word, out var outcome) => ToDmarc(outcome),
        _ => new GenericResult(method, word, Properties) { Reason = Reason, Provenance = ResultProvenance.Field },
    };

    private DkimSignatureResult ToDkim(DkimOutcome outcome)
    {
        var result = new DkimSignatureResult { Outcome = outcome, Reason = Reason, Provenance = ResultProvenance.Field };
        // Without a signature there is nothing to name; Microsoft writes header.d=none.
        if (outcome == DkimOutcome.None)
            return result;
        return result with
        {
            SigningDomain = DomainOf(ValueOf("header", "d")),
            UserIdentifier = ValueOf("header", "i") is { } identifier && identifier.Contains('@', StringComparison.Ordinal) ? identifier : null,
            Algorithm = ValueOf("header", "a"),
            Selector = ValueOf("header", "s"),
            SignaturePrefix = ValueOf("header", "b"),
            UncoveredBytes = long.TryParse(ValueOf("policy", "uncovered-bytes"), NumberStyles.None, CultureInfo.InvariantCulture, out var uncovered) ? uncovered : null,
        };
    }

    // Fastmail gives the HELO name beside the reverse-path that was checked. Where neither stands, the domain that was checked is not known.
    private SpfResult ToSpf(SpfOutcome outcome)
    {
        var sender = ValueOf("smtp", "mailfrom");
        var helo = ValueOf("smtp", "helo");
        var mailbox = sender ?? helo;
        return new SpfResult
        {
            Outcome = outcome,
            Identity = sender is null && helo is not null ? SpfIdentity.Helo : SpfIdentity.MailFrom,
            Mailbox = mailbox,
            Domain = DomainOf(mailbox?[(mailbox.LastIndexOf('@') + 1)..]),
            Reason = Reason,
            Provenance = ResultProvenance.Field,
        };
    }

    private DmarcResult ToDmarc(DmarcOutcome outcome)
    {
        var policy = PolicyOf(ValueOf("policy", "dmarc")) ?? PolicyOf(NoteOf("p")) ?? PolicyOf(NoteOf("policy"));
        var disposition = PolicyOf(NoteOf("dis"));
        return new DmarcResult
        {
            Outcome = outcome,
            AuthorDomain = DomainOf(ValueOf("header", "from")),
            Policy = policy,
            Disposition = outcome == DmarcOutcome.Fail && disposition != policy ? disposition : null,
            Reason = Reason,
            Provenance = ResultProvenance.Field,
        };
    }

    // The first of a name: what a program copies from the message stands behind what it writes itself.
    private string? ValueOf(string type, string name) => Properties.Find(property => property.Type == type && property.Name == name)?.Value;

    // OpenDMARC and Gmail: "(p=reject dis=none)", rspamd: "(policy=reject)".
    private string? NoteOf(string key) =>
        Array.Find(Comments.Split([' ', '\t', '\r', '\n', '(', ')', ',']), word => word.StartsWith(key + "=", StringComparison.OrdinalIgnoreCase))?[(key.Length + 1)..];

    private static DomainName? DomainOf(string? text) => DomainName.TryParse(text, out var domain) ? domain : null;

    private static DmarcPolicy? PolicyOf(string? word) => TryParseWord<DmarcPolicy>(word, out var policy) ? policy : null;

    // Enum.TryParse takes numbers too.
    private static bool TryParseWord<TWord>(string? word, out TWord value)
        where TWord : struct, Enum
    {
        value = default;
        return word is { Length: > 0 } && word.All(char.IsAsciiLetter) && Enum.TryParse(word, ignoreCase: true, out value);
    }
}
