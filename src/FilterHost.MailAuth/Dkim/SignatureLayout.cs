namespace FilterHost.MailAuth.Dkim;

/// <summary>How a DKIM-Signature field is written: order of tags and of names, letter case, folds. Verifiers do not care.</summary>
public enum SignatureLayout
{
    /// <summary>Few lines.</summary>
    Compact,

    /// <summary>As OpenDKIM 2.11 writes it, to the octet: at the same time b= is the same.</summary>
    Opendkim,
}
