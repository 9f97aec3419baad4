namespace FilterHost.MailAuth.Dkim;

/// <summary>What a signature covers and how.</summary>
public sealed record DkimSigningOptions
{
    private static readonly string[] Unsignable =
        ["Authentication-Results", "Return-Path", "Received", "Bcc", "DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", "Delivered-To", "Resent-Bcc"];

    /// <summary>How header section and body are canonicalized.</summary>
    public CanonicalizationPair Canonicalization { get; init; } = new(Dkim.Canonicalization.Relaxed, Dkim.Canonicalization.Relaxed);

    /// <summary>
    /// Fields that h= names once more than the message has them, so that adding another breaks the signature (RFC 6376 §8.15). In the layout compact From is always among them, and Date only
    /// where the message has one, since MTAs add it; in the layout opendkim it is just these.
    /// </summary>
    public IReadOnlyList<string> Oversign { get; init; } =
        ["From", "To", "Cc", "Subject", "Date", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    /// <summary>Fields that are signed where the message has them. A name may have <c>*</c> in it.</summary>
    public IReadOnlyList<string> SignIfPresent { get; init; } =
        ["Reply-To", "Sender", "Message-ID", "In-Reply-To", "References", "List-*"];

    /// <summary>How long after signing the signature expires, x=; null for never.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>Fields that are not signed although <see cref="SignIfPresent"/> names them; From is signed all the same. A name may have <c>*</c> in it.</summary>
    public IReadOnlyList<string> Omit { get; init; } = [];

    /// <summary>Whether verifiers are asked to report failures, r=y (RFC 6651).</summary>
    public bool RequestsReports { get; init; }

    /// <summary>Whether the signed fields are copied into the signature, z= (RFC 6376 §3.5), for who wants to find what was changed on the way.</summary>
    public bool CopiesFields { get; init; }

    /// <summary>How the field is written.</summary>
    public SignatureLayout Layout { get; init; }

    /// <summary>Why a field of that name cannot be signed; null where it can. A name with <c>*</c> just passes over such fields. Trace fields and those that are removed on the way would break the signature (RFC 6376 §5.4.1).</summary>
    public static string? ProblemOf(string name)
    {
        foreach (var unsignable in Unsignable)
        {
            if (name.Equals(unsignable, StringComparison.OrdinalIgnoreCase))
                return $"{unsignable} must not be signed: it is added, changed or removed on the way (RFC 6376 §5.4.1)";
        }
        return NameProblemOf(name);
    }

    /// <summary>Why a field of that name cannot be omitted; null where it can. RFC 6376 §5.4: "The From header field MUST be signed".</summary>
    public static string? OmissionProblemOf(string name) =>
        name.Equals("From", StringComparison.OrdinalIgnoreCase) ? "From must be signed (RFC 6376 §5.4)" : NameProblemOf(name);

    /// <summary>Why the text is no name of a header field, nor such a name with <c>*</c> in it; null where it is.</summary>
    public static string? NameProblemOf(string name) => FieldPattern.IsValid(name) ? null : $"'{name}' is no name of a header field";
}
