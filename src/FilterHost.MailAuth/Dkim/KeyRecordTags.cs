namespace FilterHost.MailAuth.Dkim;

/// <summary>What a key record says beside the key (RFC 6376 §3.6.1).</summary>
public sealed record KeyRecordTags
{
    /// <summary>None of them.</summary>
    public static KeyRecordTags None { get; } = new();

    /// <summary><c>h=</c>: the hash algorithms that may be used; empty for all.</summary>
    public IReadOnlyList<string> Hashes { get; init; } = [];

    /// <summary><c>s=email</c>: the key is for nothing but mail.</summary>
    public bool IsForEmailOnly { get; init; }

    /// <summary><c>t=y</c>: the domain is testing DKIM, so that signatures count for nothing.</summary>
    public bool IsTesting { get; init; }

    /// <summary><c>t=s</c>: the domain of i= must be that of d=.</summary>
    public bool ForbidsSubdomains { get; init; }

    /// <summary><c>n=</c>: a note for people, in any characters.</summary>
    public string? Note { get; init; }
}
