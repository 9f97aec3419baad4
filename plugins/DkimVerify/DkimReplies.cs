namespace FilterHost.Plugins.DkimVerify;

/// <summary>The codes and words of refusals.</summary>
public enum DkimReplies
{
    /// <summary>The codes of RFC 7372, and what was found.</summary>
    Rfc7372,

    /// <summary>As OpenDKIM 2.11 has them.</summary>
    Opendkim,
}
