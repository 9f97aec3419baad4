namespace FilterHost;

/// <summary>The identities that SPF checks (RFC 7208 §2.3 and §2.4).</summary>
public enum SpfIdentity
{
    /// <summary>The reverse-path; for the null path postmaster at the HELO name.</summary>
    MailFrom,

    /// <summary>The HELO name.</summary>
    Helo,
}
