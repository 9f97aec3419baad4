using System.Text;

namespace FilterHost.TestPlugins.Faulty;

/// <summary>Edits that no message may get, one after the other.</summary>
internal static class NonsenseEdit
{
    private static readonly Action<CompleteMessage>[] All =
    [
        static message => message.Edits.Append("X-Faulty", "a\r\n\r\nanother body"),
        static message => message.Edits.Append("X-Faulty\r\nX-Other", "two fields"),
        static message => message.Edits.Append("X-Undeclared", "a"),
        static message => message.Edits.Remove(HeaderField.Create("X-Faulty", "not there")),
        static message => message.Edits.Replace(message.Header.First("From")!, Encoding.ASCII.GetBytes(" undeclared@example.com")),
        static message => message.Edits.ReplaceBody("undeclared"u8),
        static message => message.Edits.AddRecipient("<c@example.net>\r\nDATA"),
        static message => message.Edits.Quarantine("undeclared"),
    ];

    private static int _count;

    public static void Make(CompleteMessage message)
    {
        // Nothing may stay of what was right so far.
        message.Edits.Append("X-Faulty", "half an edit");
        All[(uint)Interlocked.Increment(ref _count) % All.Length](message);
    }
}
