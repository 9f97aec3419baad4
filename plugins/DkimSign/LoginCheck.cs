using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimSign;

/// <summary>Whether From of an authenticated client's mail belongs to its login, and what is done where it does not.</summary>
internal sealed class LoginCheck
{
    private readonly LoginMap? _map;
    private readonly MailAction _action;

    public LoginCheck(LoginMap? map, MailAction action) => (_map, _action) = (map, action);

    /// <summary>What is to be done about the message; null where there is nothing to object to.</summary>
    public Judgement? Judge(MailMessage message)
    {
        if (_map is null || message.Origin is not MailOrigin.Authenticated)
            return null;
        return ProblemOf(message) is { } problem ? new Judgement(_action, problem) : null;
    }

    // A From that cannot be told for certain may be shown as anybody.
    private string? ProblemOf(MailMessage message) => AuthorParser.Parse(message.Header) switch
    {
        Author.One one => ProblemOf(message.AuthenticatedUser, [one.Mailbox]),
        Author.Several several => ProblemOf(message.AuthenticatedUser, several.Mailboxes),
        Author.SeveralFields => "several From fields",
        Author.Unparsable unparsable => $"From cannot be read: {unparsable.Reason}",
        _ => "no author in From",
    };

    private string? ProblemOf(string? login, IReadOnlyList<AuthorMailbox> authors)
    {
        foreach (var author in authors)
        {
            if (!_map!.Allows(login, author))
                return $"login {login ?? "unknown"} may not write as {author.LocalPart}@{author.Domain}";
        }
        return null;
    }
}
