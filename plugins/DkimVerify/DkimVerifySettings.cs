using FilterHost.MailAuth.Dkim;

namespace FilterHost.Plugins.DkimVerify;

public sealed record DkimVerifySettings
{
    [Setting("Which mail is verified: \"external\" is that of clients that are neither internal nor authenticated; the rest is ours to sign. \"all\" verifies every message.")]
    public VerifiedMail Verify { get; init; } = VerifiedMail.External;

    [Setting("How many signatures of a message are looked at, from the top. The rest is reported as one result, policy. Each costs a DNS question and a pass over the body at most.", Minimum = 1, Maximum = 100)]
    public int MaximumSignatures { get; init; } = 10;

    [Setting("How many names the list of signed fields (h=) may have. A signature with more is a permanent error.", Minimum = 1, Maximum = 100_000)]
    public int MaximumSignedFields { get; init; } = 1000;

    [Setting("By how much the clocks of signer and verifier may differ where the times t= and x= are judged.", Minimum = 0, Maximum = 86400)]
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(300);

    [Setting("An RSA key shorter than this that verifies gives the result policy. Keys below 1024 bits are a permanent error whatever is set (RFC 8301).", Minimum = 1024, Maximum = 8192)]
    public int MinimumKeyBits { get; init; } = 1024;

    [Setting("What becomes of a signature that leaves the end of the body unsigned (l=): \"policy_if_uncovered\" gives the result policy, since anybody may have added to the message; \"accept\" lets it pass.")]
    public BodyLengthPolicy BodyLengthPolicy { get; init; } = BodyLengthPolicy.PolicyIfUncovered;

    [Setting("How much of the body a signature with l= has to cover, in place of `body_length_policy`: \"1000\" octets or all of a shorter body, \"90%\" of it, or \"200+\" for at most so many octets unsigned. Less gives the result policy. Empty for `body_length_policy`.", Example = "\"90%\"")]
    public string MinimumSigned { get; init; } = "";

    [Setting("Fields of which each one that the message has must be signed; else a signature that verifies gives the result policy. From always must.", Example = "[\"Subject\", \"To\", \"Content-Type\"]")]
    public IReadOnlyList<string> MustSign { get; init; } = [];

    [Setting("Domains that may sign for others. Where there are any, a signature that verifies gives the result policy if its domain is neither one of these nor the author's domain or above it. \"example.com\" is that domain, \".example.com\" all below it. Empty trusts every signer, as DKIM means it.", Example = "[\"lists.example.org\"]")]
    public IReadOnlyList<string> TrustedSigners { get; init; } = [];

    [Setting("Author domains whose mail is not verified: no result, no action. From is what the sender writes: anybody gets through so. \"example.com\" is that domain, \".example.com\" all below it.", Example = "[\"example.com\"]")]
    public IReadOnlyList<string> ExemptDomains { get; init; } = [];

    [Setting("Whether mail without signature gets the result dkim=none. False writes nothing about it; `Dmarc` then needs `missing_results = \"none\"`.")]
    public bool ResultNone { get; init; } = true;

    [Setting("What is done to a message without signature. `accept` only reports the result; `tag` adds the field `tag_field`; `reject` refuses for good, `tempfail` for now; `discard` drops it; `quarantine` holds it in the queue of the MTA. A signature whose key is under test (t=y) counts as none, whatever its result (RFC 6376).")]
    public MailAction OnNone { get; init; }

    [Setting("What is done to a message where no signature passes and one fails. Forwarders and mailing lists break signatures: refusing such mail loses good mail. It cannot be tempfail, since a later try fails too (RFC 6376).")]
    public MailAction OnFail { get; init; }

    [Setting("What is done to a message where no signature passes and one is not acceptable by policy.")]
    public MailAction OnPolicy { get; init; }

    [Setting("What is done to a message where no signature passes and one cannot be verified: malformed, or without usable key in DNS.")]
    public MailAction OnPermerror { get; init; }

    [Setting("What is done to a message where no signature passes and a key could not be looked up for now.")]
    public MailAction OnTemperror { get; init; }

    [Setting("What is done in place of `on_permerror` where DNS has no key for the signature, or the key is revoked. Left out, `on_permerror` counts. "
        + "Of a message's signatures those decide that come first in this order: one that passes, temperror, fail, policy, permerror. Of several with the deciding result the first counts that has an action but accept.", Example = "\"reject\"")]
    public MailAction? OnKeyMissing { get; init; }

    [Setting("What is done in place of `on_key_missing` where the key is revoked (an empty p=). Left out, that counts.", Example = "\"reject\"")]
    public MailAction? OnRevokedKey { get; init; }

    [Setting("What is done in place of `on_policy` where the key is shorter than `minimum_key_bits`, and in place of `on_permerror` where it is below 1024 bits. Left out, those count.", Example = "\"reject\"")]
    public MailAction? OnWeakKey { get; init; }

    [Setting("What is done in place of `on_policy` where l= leaves more of the body unsigned than `body_length_policy` or `minimum_signed` allows. Left out, `on_policy` counts.", Example = "\"tag\"")]
    public MailAction? OnBodyLength { get; init; }

    [Setting("Where it is set, a signature that verifies by a key that DNSSEC does not vouch for gives the result policy, and this is done. Only a resolver whose servers are trusted (`trusted` of `DnsResolver`) can tell that a key is protected; else none is. Most domains have no DNSSEC. Left out, DNSSEC is no condition.", Example = "\"tag\"")]
    public MailAction? OnUnprotectedKey { get; init; }

    [Setting("What is done in place of `on_temperror` where a trusted resolver says that the key record is forged or its DNSSEC is broken. Such a signature never passes. Left out, `on_temperror` counts.", Example = "\"reject\"")]
    public MailAction? OnBogusKey { get; init; }

    [Setting("The codes and words of refusals: \"rfc7372\", or \"opendkim\" for those of OpenDKIM 2.11 (550 5.7.0 bad DKIM signature data), for programs that look for them.")]
    public DkimReplies Replies { get; init; }

    [Setting("The header field that `tag` adds; copies that come in from outside are removed where an action is `tag`.", Example = "\"X-DKIM-Judgement\"")]
    public string TagField { get; init; } = "X-DKIM-Judgement";
}
