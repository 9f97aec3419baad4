using FilterHost.MailAuth.Dmarc;

namespace FilterHost.Plugins.Dmarc;

public sealed record DmarcSettings
{
    [Setting("The methods whose passes count: \"spf\", \"dkim\". For each an earlier filter, or a source of results that is trusted, has to give results; what is missing stops the start. RFC 9989 uses both; with one alone good mail fails.")]
    public IReadOnlyList<AuthenticationMethod> Identifiers { get; init; } = [AuthenticationMethod.Spf, AuthenticationMethod.Dkim];

    [Setting("What it means that a method of `identifiers` has no result at all for a message: \"temperror\" takes what it would have said for unknown, since its filter or its listener did not run; \"none\" takes it for nothing found, "
        + "which is right behind an OpenDKIM that writes no field for unsigned mail (AlwaysAddARHeader no).")]
    public MissingResults MissingResults { get; init; }

    [Setting("How it is found which domains belong together: \"tree_walk\" asks DNS (RFC 9989); \"public_suffix_list\" reads a file, and then finds policies as RFC 7489 has it.")]
    public OrganizationalDomains OrganizationalDomains { get; init; }

    [Setting("The public suffix list, for `organizational_domains = \"public_suffix_list\"`: by default /usr/share/publicsuffix/public_suffix_list.dat, that of Debian's package publicsuffix; any in the format of publicsuffix.org will do. It is read at start; one that is out of date parts domains wrongly.")]
    public FileInfo PublicSuffixList { get; init; } = new("/usr/share/publicsuffix/public_suffix_list.dat");

    [Setting("Which sections of the public suffix list count: \"all\", or \"icann\" for registries alone. Without the other section customers of one hosting company may write in each other's name.")]
    public PublicSuffixSections PublicSuffixSections { get; init; }

    [Setting("What is done to mail that fails where the domain asks to reject. `accept` only reports the result; `tag` adds the field `tag_field`; `reject` refuses for good, `tempfail` for now; `discard` drops it; `quarantine` holds it in the queue of the MTA. The default does nothing, since RFC 9989 §5.4 has no mail rejected for this alone: mailing lists and forwarders break good mail. A domain that is testing (t=y) is taken one level lower.")]
    public MailAction OnReject { get; init; }

    [Setting("What is done to mail that fails where the domain asks for quarantine. `quarantine` holds the mail until an administrator looks; `tag` lets a later filter file it as spam.")]
    public MailAction OnQuarantine { get; init; }

    [Setting("What is done to mail that fails where the domain asks for nothing, p=none. RFC 9989 §5.4 says that such a policy must change nothing.")]
    public MailAction OnNone { get; init; }

    [Setting("What is done to mail where a look-up failed that decides: it neither passes nor fails, and may do so later. `tempfail` lets nobody in by failing servers, and makes good mail of such domains wait.")]
    public MailAction OnTemperror { get; init; }

    [Setting("What is done to mail of a domain whose record has no valid policy and no reporting address, so that nothing can be applied.")]
    public MailAction OnPermerror { get; init; }

    [Setting("What is done to mail without exactly one author domain: no From field, several, one that cannot be read, authors of several domains. It is reported as fail and never evaluated by one of its domains, since each reader may show another. Little good mail is so.")]
    public MailAction OnFromAnomaly { get; init; }

    [Setting("Whether mail needs a DKIM signature that passes for the author's domain. True treats all mail without one by `on_no_aligned_dkim`, in place of `on_reject`, `on_quarantine` and `on_none`: what passes by SPF alone, and what is of a domain without policy, too; there the signing domain has to be the author's own.")]
    public bool RequireAlignedDkim { get; init; }

    [Setting("What `require_aligned_dkim` does to mail without an aligned signature. Where the key could not be looked up, `on_temperror` is done.")]
    public MailAction OnNoAlignedDkim { get; init; } = MailAction.Reject;

    [Setting("Actions for some author domains, in place of those of this table. The first entry that names the domain counts; what it leaves out stays.")]
    public IReadOnlyList<DomainActions> ByDomain { get; init; } = [];

    [Setting("Author domains whose mail is accepted whatever it fails. \"example.com\" is that domain, \".example.com\" all below it. The result stays what it is; the reason is local_policy.", Example = "[\"example.com\", \".example.com\"]")]
    public IReadOnlyList<string> ExemptDomains { get; init; } = [];

    [Setting("Mailing lists, by the identifier in List-Id, whose mail is accepted whatever it fails. Anybody can write that field: whoever knows the list gets through. A trusted forwarder is the better choice. The reason is mailing_list.", Example = "[\"users.lists.example.org\"]")]
    public IReadOnlyList<string> ExemptLists { get; init; } = [];

    [Setting("Forwarders and mailing lists whose mail is accepted whatever it fails: networks or addresses of clients; domains (\".example.org\" is all below it) with a DKIM signature that passes, or with an SPF pass for MAIL FROM. The reason is trusted_forwarder.", Example = "[\"192.0.2.0/24\", \"lists.example.org\"]")]
    public IReadOnlyList<string> TrustedForwarders { get; init; } = [];

    [Setting("The text of a refusal for good by policy: {domain} is the author domain, {policy} what it asks for. Printable ASCII, one line.")]
    public string RejectText { get; init; } = DmarcDecision.DefaultText;

    [Setting("The header field that `tag` adds; copies that come in from outside are removed where an action is `tag`.", Example = "\"X-DMARC-Judgement\"")]
    public string TagField { get; init; } = "X-DMARC-Judgement";
}
