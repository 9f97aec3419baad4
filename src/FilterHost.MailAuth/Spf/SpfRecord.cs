using System.Text;

namespace FilterHost.MailAuth.Spf;

/// <summary>An SPF record (RFC 7208 §3 and §4.6.1), its syntax checked to the end.</summary>
internal sealed class SpfRecord
{
    /// <summary>The longest record that is read. RFC 7208 §3.4 counsels to stay below 450 octets.</summary>
    public const int MaximumLength = 8192;

    private static ReadOnlySpan<byte> Version => "v=spf1"u8;

    /// <summary>Why it cannot be evaluated; null for a good one.</summary>
    public string? Problem { get; init; }

    public IReadOnlyList<SpfDirective> Directives { get; init; } = [];

    public DomainSpec? Redirect { get; init; }

    public DomainSpec? Explanation { get; init; }

    /// <summary>True for a text that is an SPF record: "a version section of exactly "v=spf1"", ended by a space or the end (RFC 7208 §4.5).</summary>
    public static bool IsMarked(ReadOnlySpan<byte> text) =>
        text.Length >= Version.Length
        && Ascii.EqualsIgnoreCase(text[..Version.Length], Version)
        && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <summary>Parses a marked text. RFC 7208 §4.6: "If there are any syntax errors anywhere in the record, check_host() returns immediately with the result "permerror"".</summary>
    public static SpfRecord Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaximumLength)
            return new SpfRecord { Problem = "the record is too long" };
        if (!Ascii.IsValid(text))
            return new SpfRecord { Problem = "the record is not ASCII" };
        return new SpfRecordParser().Parse(Encoding.ASCII.GetString(text[Version.Length..]));
    }
}
