namespace FilterHost;

/// <summary>Whose mail a message is: that of others is judged, our own is signed.</summary>
public enum MailOrigin
{
    /// <summary>It comes from outside, or nothing says otherwise.</summary>
    External,

    /// <summary>The client is in the listener's <c>internal</c> list, or the MTA's macros say that the mail is ours (<c>internal_daemons</c>, <c>internal_macros</c>).</summary>
    Internal,

    /// <summary>The client has authenticated, wherever it connects from.</summary>
    Authenticated,

    /// <summary>
    /// This host has judged it before: it comes back from a content filter, a mailing list or a local program on the listener's <c>reentry</c> networks, with our Authentication-Results field on it.
    /// What that field says is among <see cref="MailMessage.Results"/>.
    /// </summary>
    Reentered,
}
