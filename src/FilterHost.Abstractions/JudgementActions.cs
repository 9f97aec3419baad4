namespace FilterHost;

/// <summary>The actions that a filter's settings choose, and what they take of the host.</summary>
public sealed class JudgementActions
{
    private readonly string _tagField;
    private readonly IReadOnlyCollection<MailAction> _chosen;

    /// <summary>Actions as the settings have them.</summary>
    /// <param name="tagField">The name of the header field for <see cref="MailAction.Tag"/>, the setting <c>tag_field</c>.</param>
    /// <param name="chosen">All actions in the settings.</param>
    /// <exception cref="SettingException">The name is no field name.</exception>
    public JudgementActions(string tagField, params IReadOnlyCollection<MailAction> chosen)
    {
        if (!HeaderField.IsName(tagField))
            throw new SettingException("tag_field", $"'{tagField}' is no field name: one or more printable ASCII characters without colon (RFC 5322 §2.2)");
        (_tagField, _chosen) = (tagField, chosen);
    }

    /// <summary>A filter's traits with what the actions need.</summary>
    public FilterTraits AddTo(FilterTraits traits) => traits with
    {
        Quarantines = traits.Quarantines || _chosen.Contains(MailAction.Quarantine),
        EditsFields = _chosen.Contains(MailAction.Tag) ? [.. traits.EditsFields, _tagField] : traits.EditsFields,
    };

    /// <summary>Removes tags that came in with the message, which only this host may set. To be called for mail that is judged.</summary>
    public void RemoveForgedTags(MailMessage message)
    {
        if (!_chosen.Contains(MailAction.Tag))
            return;
        foreach (var field in message.Header.All(_tagField).ToArray())
            message.Edits.Remove(field);
    }

    /// <summary>Does what a judgement says: records the edit that it takes, and gives the verdict for the host.</summary>
    public Verdict Apply(MailMessage message, Judgement judgement)
    {
        var text = SmtpReply.Clean(judgement.Text);
        switch (judgement.Action)
        {
            case MailAction.Accept:
                return Verdict.Continue;
            case MailAction.Tag:
                message.Edits.InsertAtTop(_tagField, text);
                return Verdict.Continue;
            case MailAction.Reject:
                return Verdict.Reply(new SmtpReply(550, judgement.RejectCode, text));
            case MailAction.Tempfail:
                return Verdict.Reply(new SmtpReply(451, judgement.TempfailCode, text));
            case MailAction.Discard:
                return Verdict.Discard;
            case MailAction.Quarantine:
                message.Edits.Quarantine(text);
                return Verdict.Continue;
            default:
                throw new ArgumentOutOfRangeException(nameof(judgement), judgement.Action, "unknown action");
        }
    }
}
