namespace FilterHost.Examples.SubjectTag;

internal sealed class SubjectTagFilter(SubjectTagSettings settings, ResultCondition[] conditions) : MessageFilter
{
    // At the end of the message the results of the filters before are complete.
    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (!IsTagged(message))
            return Verdict.Continue;
        var subjects = message.Header.All("Subject").ToArray();
        // A message should have one; of several, mail programs show one or another.
        foreach (var subject in subjects.Where(subject => !subject.DecodedText.Contains(settings.Tag, StringComparison.Ordinal)))
            message.Edits.Replace(subject, TaggedSubject.Of(settings.Tag, subject.Body.Span));
        if (subjects.Length == 0)
            message.Edits.Append(new HeaderField("Subject"u8.ToArray(), TaggedSubject.Of(settings.Tag, default)));
        return Verdict.Continue;
    }

    private bool IsTagged(CompleteMessage message) =>
        (!settings.ExternalOnly || message.Origin is MailOrigin.External)
        && (conditions.Length == 0 || conditions.Any(condition => condition.Holds(message.Results)));
}
