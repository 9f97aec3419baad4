namespace FilterHost.MailAuth.Dkim;

/// <summary>The canonicalization algorithms (RFC 6376 §3.4).</summary>
public enum Canonicalization
{
    /// <summary>Tolerates almost no change on the way.</summary>
    Simple,

    /// <summary>Tolerates changes of white space and of the letter case of field names.</summary>
    Relaxed,
}
