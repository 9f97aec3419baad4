using System.Globalization;
using System.Text;

namespace FilterHost.MailAuth.Dkim;

/// <summary>DKIM-quoted-printable (RFC 6376 §2.11), the writing half.</summary>
internal static class QuotedPrintable
{
    /// <summary><c>dkim-safe-char = %x21-3A / %x3C / %x3E-7E</c></summary>
    public static bool IsSafe(byte octet) => octet is >= 0x21 and <= 0x7E and not ((byte)';' or (byte)'=');

    /// <summary><c>hex-octet = "=" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F")</c></summary>
    public static void Append(StringBuilder text, byte octet) => text.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
}
