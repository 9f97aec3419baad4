namespace FilterHost;

/// <summary>What a filter found of a message, and what its settings say is done about that.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Text">Why: for the client in a refusal, for the administrator in the queue and in the tag. What cannot stand in a reply becomes "?".</param>
public readonly record struct Judgement(MailAction Action, string Text)
{
    /// <summary>The enhanced code of a refusal for good, of class 5 (RFC 3463).</summary>
    public string RejectCode { get; init; } = "5.7.1";

    /// <summary>The enhanced code of a refusal for now, of class 4.</summary>
    public string TempfailCode { get; init; } = "4.7.1";
}
