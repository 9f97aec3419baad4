namespace FilterHost;

/// <summary>One accepted recipient of a message.</summary>
/// <param name="Address">The forward-path of RCPT TO.</param>
/// <param name="Parameters">The ESMTP parameters as received, such as <c>NOTIFY=NEVER</c>.</param>
public sealed record EnvelopeRecipient(EnvelopeAddress Address, IReadOnlyList<string> Parameters);
