using System.Buffers;
using System.Net;
using System.Text;

namespace FilterHost.MailAuth.Spf;

/// <summary>Writes the Received-SPF field (RFC 7208 §9.1), for programs that read it in place of Authentication-Results.</summary>
public static class ReceivedSpfField
{
    /// <summary>The field's name.</summary>
    public const string Name = "Received-SPF";

    // What is written of one value: together with its key it fits in a line (RFC 5322 §2.1.1), every character escaped.
    private const int MaximumValue = 256;

    // RFC 5322 §3.2.3: atext, and the dots of dot-atom. The equals sign is left out: there are readers that split at each.
    private static readonly SearchValues<char> AtomCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/?^_`{|}~.");

    /// <summary>The field for one result; it is to stand above all others of its name.</summary>
    /// <param name="result">The result.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="helo">The HELO name as the client gave it.</param>
    /// <param name="reversePath">The reverse-path.</param>
    /// <param name="receiver">The MTA's name.</param>
    public static HeaderField Create(SpfResult result, IPAddress? client, string? helo, EnvelopeAddress reversePath, string? receiver)
    {
        var text = new StringBuilder(result.Word);
        // Readers must be able to tell whose result it is, so these two are never left out.
        Add(text, " ", "identity", result.Identity == SpfIdentity.Helo ? "helo" : "mailfrom");
        Add(text, ";\r\n\t", "envelope-from", WithoutBrackets(reversePath));
        Add(text, ";\r\n\t", "client-ip", client?.ToString());
        Add(text, ";\r\n\t", "helo", helo);
        Add(text, ";\r\n\t", "receiver", receiver);
        // RFC 7208 §9.1: "the mechanism that matched (if no mechanisms matched, substitute the word "default")".
        if (result.Outcome is not (SpfOutcome.None or SpfOutcome.TempError or SpfOutcome.PermError))
            Add(text, ";\r\n\t", "mechanism", result.Mechanism ?? "default");
        else
            Add(text, ";\r\n\t", "problem", result.Reason);
        return HeaderField.Create(Name, text.ToString());
    }

    private static void Add(StringBuilder text, string separator, string key, string? value)
    {
        if (value is null)
            return;
        text.Append(separator).Append(key).Append('=');
        var cut = value.Length > MaximumValue ? value.AsSpan(0, MaximumValue) : value;
        if (!cut.IsEmpty && !cut.ContainsAnyExcept(AtomCharacters) && cut[0] != '.' && cut[^1] != '.' && !cut.Contains("..", StringComparison.Ordinal))
            text.Append(cut);
        else
            AppendQuoted(text, cut);
    }

    // RFC 5322 §3.2.4. What is not printable ASCII becomes "?": the field must be fit for every message, and nothing in it may end it.
    private static void AppendQuoted(StringBuilder text, ReadOnlySpan<char> value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            if (character is '"' or '\\')
                text.Append('\\');
            text.Append(character is >= ' ' and <= '~' ? character : '?');
        }
        text.Append('"');
    }

    private static string WithoutBrackets(EnvelopeAddress reversePath)
    {
        var path = reversePath.ToString().Trim(' ');
        return path.StartsWith('<') && path.EndsWith('>') && path.Length > 2 ? path[1..^1] : path;
    }
}
