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

    [Setting("What is done to a message without signature: accept, reject, tempfail, discard or quarantine. A signature whose key is under test (t=y) counts as none, whatever its result (RFC 6376).")]
    public MailAction OnNone { get; init; }

    [Setting("What is done to a message where no signature passes and one fails. Forwarders and mailing lists break signatures: refusing such mail loses good mail. It cannot be tempfail, since a later try fails too (RFC 6376).")]
    public MailAction OnFail { get; init; }

    [Setting("What is done to a message where no signature passes and one is not acceptable by policy.")]
    public MailAction OnPolicy { get; init; }

    [Setting("What is done to a message where no signature passes and one cannot be verified: malformed, or without usable key in DNS.")]
    public MailAction OnPermerror { get; init; }

    [Setting("What is done to a message where no signature passes and a key could not be looked up for now.")]
    public MailAction OnTemperror { get; init; }
}
