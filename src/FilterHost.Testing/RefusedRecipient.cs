namespace FilterHost.Testing;

/// <summary>A recipient that a filter refused.</summary>
/// <param name="Path">The forward-path, in angle brackets.</param>
/// <param name="Reply">The reply to the client.</param>
public sealed record RefusedRecipient(string Path, SmtpReply Reply);
