using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimSign;

public sealed record DkimSignSettings
{
    [Setting("How header section and body are canonicalized, each \"simple\" or \"relaxed\": \"relaxed/simple\". Simple header sections do not survive MTAs that refold.")]
    public string Canonicalization { get; init; } = "relaxed/relaxed";

    [Setting("Fields that are signed once more than the message has them, so that adding another breaks the signature. From is always among them, Date only where the message has one, since MTAs add it. "
        + "The item \"*\" stands for the default list; then \"+Name\" adds to it and \"-Name\" takes away.", Example = "[\"*\", \"+Reply-To\", \"-Cc\"]")]
    public IReadOnlyList<string> Oversign { get; init; } = new DkimSigningOptions().Oversign;

    [Setting("Fields that are signed where the message has them. A name may have * in it. From is always signed. List-* is not oversigned, so that mailing lists may add such fields. "
        + "The item \"*\" alone stands for the default list; then \"+Name\" adds to it and \"-Name\" takes away.", Example = "[\"*\", \"+X-Priority\", \"-List-*\"]")]
    public IReadOnlyList<string> SignHeaders { get; init; } = new DkimSigningOptions().SignIfPresent;

    [Setting("Fields that are neither signed nor oversigned although `sign_headers` or `oversign` names them; From is. A name may have * in it. Return-Path, Received, Bcc, DKIM-Signature, "
        + "Authentication-Results and other fields that change on the way are never signed (RFC 6376).", Example = "[\"X-Spam-*\"]")]
    public IReadOnlyList<string> OmitHeaders { get; init; } = [];

    [Setting("How long after signing the signature expires (x=), 0 for never. Too short a time breaks mail that waits in queues.", Minimum = 0, Example = "\"7d\"")]
    public TimeSpan ExpireAfter { get; init; }

    [Setting("The user identifier (i=) where the key store has none for the key: an address, or @ and a domain; % is the author's domain. It is left out where its domain is neither the signing domain nor below it, "
        + "since no verifier would accept that. Empty for none.", Example = "\"@%\"")]
    public string UserIdentifier { get; init; } = "";

    [Setting("Whether verifiers are asked to report signatures that fail (r=y, RFC 6651). Where to is said in DNS at _report._domainkey of the signing domain. Few do.")]
    public bool RequestReports { get; init; }

    [Setting("Whether the signed fields are copied into the signature (z=), to find out what is changed on the way. It doubles the header section, and shows recipients the fields as they were before other filters changed them. At most 32 kB are copied.")]
    public bool CopyHeaders { get; init; }

    [Setting("How the signature field is written: \"compact\", or \"opendkim\" for OpenDKIM 2.11's order of tags, fields in the message's order and letter case, and folds, so that both sign alike to the octet. "
        + "There `oversign` is taken as it stands: From only if named, Date in any case.")]
    public SignatureLayout Layout { get; init; }

    [Setting("In place of settings of this table for some author domains. The first entry that names the domain counts; what it leaves out stays. In its lists \"*\" stands for the list of this table.")]
    public IReadOnlyList<DomainSigning> ByDomain { get; init; } = [];

    [Setting("The header fields that say whose mail it is: the first of them that the message has decides about domain and key. With others than From, mail may be signed by a domain that is not its author's, which DMARC does not count. "
        + "Mail with several From fields is not signed, whatever decides.", Example = "[\"Sender\", \"From\"]")]
    public IReadOnlyList<string> SenderHeaders { get; init; } = ["From"];

    [Setting("Author domains whose mail is not signed. \"example.com\" is that domain, \".example.com\" all below it.", Example = "[\"example.com\", \".example.com\"]")]
    public IReadOnlyList<string> ExemptDomains { get; init; } = [];

    [Setting("Recipients to whom nothing is signed: addresses, domains, \".example.com\" for all below a domain, \"user@*\". Where one recipient of a message is among them the message is not signed for any.", Example = "[\"list@example.org\", \"example.net\"]")]
    public IReadOnlyList<string> NoSignRecipients { get; init; } = [];

    [Setting("What is done to our own mail with several From fields or authors of several domains, which is never signed: \"accept\" sends it unsigned, \"reject\" refuses it.")]
    public SeveralFromPolicy OnSeveralFrom { get; init; } = SeveralFromPolicy.Accept;

    [Setting("A file that says who may write as whom: a line has a login, white space, and addresses or domains with commas between: user@example.com, @example.com, .example.com for all below it, * for anybody. # begins a comment. "
        + "Several lines of one login add up; the login * is everybody who has no line. Who has no line, and there is no *, may write as himself if his login is an address, else as nobody. Each mailbox in From of an authenticated client is checked; letter case is ignored. "
        + "Mail of internal clients without login is not checked. It is read at start and at a reload.", Example = "\"logins\"")]
    public FileInfo? LoginMap { get; init; }

    [Setting("What is done to mail whose From its login may not use, or cannot be read, with `login_map`. Such mail is not signed, whatever is set. `accept` sends it unsigned; `tag` adds the field `tag_field`; `reject` refuses for good, `tempfail` for now; `discard` drops it; `quarantine` holds it in the queue of the MTA.")]
    public MailAction OnLoginMismatch { get; init; } = MailAction.Reject;

    [Setting("The header field that `tag` adds; copies that come in are removed where the action is `tag`.", Example = "\"X-Login-Judgement\"")]
    public string TagField { get; init; } = "X-Login-Judgement";
}
