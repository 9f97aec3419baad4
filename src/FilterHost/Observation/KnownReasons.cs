namespace FilterHost.Observation;

/// <summary>Why OpenDKIM 2.11 or OpenDMARC 1.4 and FilterHost are known to differ: the difference, a part of our reason, and the text for the administrator.</summary>
internal static class KnownReasons
{
    private static readonly (DifferenceKind Kind, string Detail, string? Theirs, string? Ours, string? OurReason, string Text)[] Table =
    [
        (DifferenceKind.Result, "dkim", null, "permerror", "rsa-sha1 is obsolete", "RFC 8301 section 3.1: a signature with rsa-sha1 is never valid. OpenDKIM takes it."),
        (DifferenceKind.Result, "dkim", "policy", "permerror", "is too short", "RFC 8301 section 3.2: no signature by an RSA key below 1024 bits is valid. OpenDKIM calls it policy."),
        (DifferenceKind.Result, "dkim", "fail", "permerror", null, "RFC 6376 section 6.1: a signature that cannot be verified, now or later (no key, a revoked key, tags that break the rules), is PERMFAIL, permerror of RFC 8601. OpenDKIM says fail."),
        (DifferenceKind.Result, "dkim", Difference.Nothing, "permerror", null, "OpenDKIM passes over a signature that it cannot read and says none."),
        (DifferenceKind.Result, "dkim", "temperror", "permerror", "no key in DNS", "RFC 6376 section 6.1.2: a record that is no key record is PERMFAIL. OpenDKIM calls it temperror, as it does where DNS does not answer."),
        (DifferenceKind.Result, "dkim", null, "policy", "l= leaves part", "Text behind what l= covers could have been added by anybody; body_length_policy or minimum_signed of DkimVerify."),
        (DifferenceKind.Result, "dkim", null, "policy", "is too short here", "The key is shorter than minimum_key_bits of DkimVerify."),
        (DifferenceKind.Result, "dkim", null, "policy", "more signatures were not evaluated", "The message has more signatures than maximum_signatures of DkimVerify, which says so in one result; OpenDKIM calls each that it leaves out neutral."),
        (DifferenceKind.Result, "dkim", "neutral", Difference.Nothing, null, "OpenDKIM calls a signature beyond MaximumSignaturesToVerify neutral; DkimVerify has one result, policy, for all of them."),
        (DifferenceKind.Result, "dkim", Difference.Nothing, null, null, "The daemon in front took the message for mail of its own users, or read fewer signatures than we do."),
        (DifferenceKind.Origin, "", null, null, null, "FilterHost judges no mail of this host's users. OpenDKIM verifies what it does not sign of it, OpenDMARC judges it unless IgnoreHosts or IgnoreAuthenticatedClients says otherwise. If it is mail of others, see internal, internal_daemons and internal_macros."),
        (DifferenceKind.SignatureTag, "h=", null, null, null, "Which fields are signed: sign_headers, omit_headers and oversign of DkimSign."),
        (DifferenceKind.SignatureTag, "c=", null, null, null, "canonicalization of DkimSign."),
        (DifferenceKind.SignatureTag, "x=", null, null, null, "expire_after of DkimSign."),
        (DifferenceKind.SignatureTag, "i=", null, null, null, "user_identifier of DkimSign, or the signing table."),
        (DifferenceKind.Signature, "", Difference.Nothing, null, null, "FilterHost has a key for this that the daemon in front does not sign with."),
        (DifferenceKind.Signature, "", null, Difference.Nothing, null, "FilterHost has no key for this; its line in the log says why the message is not signed with it."),
    ];

    /// <summary>The text, null for a difference of which none is known.</summary>
    public static string? Of(Difference difference)
    {
        foreach (var (kind, detail, theirs, ours, reason, text) in Table)
        {
            if (kind == difference.Kind && detail == difference.Detail && (theirs ?? difference.Theirs) == difference.Theirs && (ours ?? difference.Ours) == difference.Ours
                && (reason is null || difference.OurReason?.Contains(reason, StringComparison.Ordinal) is true))
            {
                return text;
            }
        }
        return null;
    }
}
