namespace FilterHost.Hosting.Pipeline;

/// <summary>A message as one filter sees it. It answers only during a call of the host.</summary>
internal sealed class FilterView(FilterSlot slot) : CompleteMessage
{
    private readonly RecordedEdits _edits = new(slot);
    private bool _isInCall;
    private bool _isRevoked;

    public override SmtpConnection Connection => Checked().Transaction.Connection;

    public override Envelope Envelope => Checked().Transaction.Envelope;

    public override string? QueueId => Checked().Transaction.QueueId;

    public override string? AuthenticatedUser => Checked().Transaction.AuthenticatedUser;

    public override MacroSet Macros => Checked().Transaction.Connection.Macros;

    public override IDictionary<string, object> Attributes => Checked().Transaction.Attributes;

    public override CancellationToken CancellationToken => Checked().CancellationToken;

    public override MailOrigin Origin => Checked().Transaction.Origin;

    public override bool IsObserved => Checked().Transaction.Pipeline.IsObserved;

    public override string DescribeOrigin() => Checked().Transaction.DescribeOrigin();

    public override HeaderSection Header => Checked().Transaction.HeaderSeenBy(slot);

    public override MessageEdits Edits
    {
        get
        {
            Checked();
            return _edits;
        }
    }

    public override IReadOnlyList<AuthenticationResult> Results => Checked().Transaction.ResultsSeenBy(slot);

    public override void Note(string text) => Checked().Transaction.AddNote(slot.Member.Name, text);

    public override void Publish(AuthenticationResult result)
    {
        Checked();
        if (!slot.Member.Traits.Publishes.Contains(result.Method, StringComparer.Ordinal))
            throw new InvalidOperationException($"filter {slot.Member.Name} publishes {result.Method} without having declared it in {nameof(FilterTraits)}.{nameof(FilterTraits.Publishes)}");
        slot.Transaction.Publish(slot, result);
    }

    public override void StopReadingBody() => Checked().HasStoppedReading = true;

    public override Stream OpenRead()
    {
        Checked();
        if (!slot.Member.Traits.NeedsWholeMessage)
            throw new InvalidOperationException($"filter {slot.Member.Name} opens the message without having declared {nameof(FilterTraits)}.{nameof(FilterTraits.NeedsWholeMessage)}");
        return slot.Transaction.OpenMessage(slot);
    }

    /// <summary>The host calls the filter.</summary>
    public void Enter() => _isInCall = true;

    /// <summary>The call is over.</summary>
    public void Leave() => _isInCall = false;

    /// <summary>The filter is not to touch the message again, even from a call that is still running.</summary>
    public void Revoke() => _isRevoked = true;

    internal FilterSlot Checked()
    {
        if (!_isInCall || _isRevoked)
            throw new InvalidOperationException($"filter {slot.Member.Name} uses its message outside a call of the host");
        return slot;
    }
}
