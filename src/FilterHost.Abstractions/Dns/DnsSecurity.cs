namespace FilterHost.Dns;

/// <summary>What is known of an answer's authenticity. Only servers that the settings mark as trusted can say more than unknown.</summary>
public enum DnsSecurity
{
    /// <summary>Not validated, or validated by nobody we trust.</summary>
    Unknown,

    /// <summary>A trusted server says that it validated the answer (the AD bit, RFC 4035 §3.2.3).</summary>
    Secure,

    /// <summary>A trusted server says that validation failed (RFC 8914, extended error 6 and kin).</summary>
    Bogus,
}
