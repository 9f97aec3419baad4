namespace FilterHost.MailAuth.Syntax;

/// <summary>One mailbox of a From field.</summary>
/// <param name="LocalPart">The local part, quoting removed.</param>
/// <param name="Domain">The domain.</param>
public sealed record AuthorMailbox(string LocalPart, DomainName Domain);
