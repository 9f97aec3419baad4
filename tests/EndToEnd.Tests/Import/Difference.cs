namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>A difference that is known, and why it is so.</summary>
/// <param name="Mail">The message's name; ending with * those that begin so.</param>
/// <param name="Files">The configuration files, parted by spaces; * for all where it occurs.</param>
/// <param name="Why">The reason.</param>
internal sealed record Difference(string Mail, string Files, string Why)
{
    /// <summary>True where the reply differs too, not only what is written into the message.</summary>
    public bool IsInReply { get; init; }

    public bool Covers(string mail, string file) =>
        (Mail.EndsWith('*') ? mail.StartsWith(Mail[..^1], StringComparison.Ordinal) : mail == Mail) && (Files == "*" || Files.Split(' ').Contains(file));
}
