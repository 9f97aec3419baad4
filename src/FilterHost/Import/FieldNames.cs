namespace FilterHost.Import;

/// <summary>Lists of header fields in OpenDKIM's forms.</summary>
internal static class FieldNames
{
    /// <summary>What OpenDKIM signs without SignHeaders (RFC 6376 §5.4.1), as seen with OpenDKIM 2.11.0: Sender, Message-ID and the MIME fields are not among them.</summary>
    public static IReadOnlyList<string> Signed { get; } =
    [
        "From", "Reply-To", "Subject", "Date", "To", "Cc", "Resent-Date", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "In-Reply-To", "References",
        "List-Id", "List-Help", "List-Unsubscribe", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
    ];

    /// <summary>What OpenDKIM never signs without OmitHeaders.</summary>
    public static IReadOnlyList<string> Omitted { get; } = ["Return-Path", "Received", "Comments", "Keywords", "Bcc", "Resent-Bcc", "DKIM-Signature"];

    /// <summary>The names of a set: itself, or with an entry <c>*</c> the usual list with <c>+name</c> added and <c>-name</c> taken away. What is no field name matches none.</summary>
    public static IReadOnlyList<string> Resolve(IEnumerable<DataSetRow> rows, IReadOnlyList<string> usual)
    {
        var entries = rows.Select(row => row.Key).ToList();
        var names = entries.Contains("*") ? [.. usual] : new List<string>();
        foreach (var entry in entries.Where(entry => entry != "*"))
        {
            var name = entry.TrimStart('+', '-');
            if (entry.StartsWith('-'))
                names.RemoveAll(listed => listed.Equals(name, StringComparison.OrdinalIgnoreCase));
            else if (IsName(name) && !names.Contains(name, StringComparer.OrdinalIgnoreCase))
                names.Add(name);
        }
        return names;
    }

    // "." is the manual's way to say none.
    private static bool IsName(string text) => text is not ("" or ".") && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains(':', StringComparison.Ordinal);
}
