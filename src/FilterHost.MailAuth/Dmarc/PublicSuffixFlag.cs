namespace FilterHost.MailAuth.Dmarc;

/// <summary>The values of <c>psd=</c> (RFC 9989 §4.7).</summary>
internal enum PublicSuffixFlag
{
    /// <summary><c>u</c>, the default.</summary>
    Unknown,

    /// <summary><c>y</c>: others register names below this one.</summary>
    Yes,

    /// <summary><c>n</c>: the organizational domain of itself and all below it.</summary>
    No,
}
