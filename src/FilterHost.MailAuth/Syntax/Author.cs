namespace FilterHost.MailAuth.Syntax;

/// <summary>Who wrote a message, by its From field. What cannot be told for certain is never guessed.</summary>
public abstract record Author
{
    private Author()
    {
    }

    /// <summary>One field with one mailbox.</summary>
    public sealed record One(AuthorMailbox Mailbox) : Author;

    /// <summary>One field with several mailboxes.</summary>
    public sealed record Several(IReadOnlyList<AuthorMailbox> Mailboxes) : Author;

    /// <summary>No From field, or one without a mailbox (an empty group, RFC 6854).</summary>
    public sealed record None : Author;

    /// <summary>More than one From field: each reader may take another (RFC 5322 §3.6 allows one).</summary>
    public sealed record SeveralFields : Author;

    /// <summary>The field does not parse.</summary>
    /// <param name="Reason">What is wrong.</param>
    public sealed record Unparsable(string Reason) : Author;
}
