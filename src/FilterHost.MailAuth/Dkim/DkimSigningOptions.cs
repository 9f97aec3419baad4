namespace FilterHost.MailAuth.Dkim;

/// <summary>What a signature covers and how.</summary>
public sealed record DkimSigningOptions
{
    private static readonly string[] Unsignable =
        ["Authentication-Results", "Return-Path", "Received", "Bcc", "DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", "Delivered-To", "Resent-Bcc"];

    /// <summary>How header section and body are canonicalized.</summary>
    public CanonicalizationPair Canonicalization { get; init; } = new(Dkim.Canonicalization.Relaxed, Dkim.Canonicalization.Relaxed);

    /// <summary>Fields that h= names once more than the message has them, so that adding another breaks the signature (RFC 6376 §8.15). From is always among them.</summary>
    public IReadOnlyList<string> Oversign { get; init; } =
        ["From", "To", "Cc", "Subject", "Date", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    /// <summary>Fields that are signed where the message has them. A name may end with <c>*</c>.</summary>
    public IReadOnlyList<string> SignIfPresent { get; init; } =
        ["Reply-To", "Sender", "Message-ID", "In-Reply-To", "References", "List-*"];

    /// <summary>How long after signing the signature expires, x=; null for never.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>Why a field of that name cannot be signed; null where it can. A name with <c>*</c> just passes over such fields. Trace fields and those that are removed on the way would break the signature (RFC 6376 §5.4.1).</summary>
    public static string? ProblemOf(string name)
    {
        foreach (var unsignable in Unsignable)
        {
            if (name.Equals(unsignable, StringComparison.OrdinalIgnoreCase))
                return $"{unsignable} must not be signed: it is added, changed or removed on the way (RFC 6376 §5.4.1)";
        }
        return FieldPattern.IsValid(name) ? null : $"'{name}' is no name of a header field";
    }
}
