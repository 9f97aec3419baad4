using System.Security.Cryptography;
using System.Text;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>RFC 6376 §3.4.3 and §3.4.4, against a reference that works on whole strings.</summary>
public sealed class Rfc6376BodyCanonicalization
{
    private static readonly string[] Pieces = ["\r\n", "\r\n\r\n", "\n", "\r", " ", "  ", "\t", "a", "words of a line that is long enough for a vector", "\0", "\u00e9", ". "];

    public static TheoryData<string> Bodies =>
    [
        "", "\r\n", "\r\n\r\n\r\n", " ", " \t\r\n \r\n", "a", "a\r\n", "a\r\n\r\n\r\n", "\r\n\r\na\r\n", "a \r\n\r\n b\t\tc  \r\n \r\n", "a\nb\n\n", "a\rb\r\r\nc\r", "a\r\n\nb", " a\r\n\ta",
        "one line of text that is longer than a vector register is\r\nand another one, with a tab\tin it, and two  spaces\r\n\r\nend of it all here \r\n\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_has_one_hash_however_it_is_cut(string body)
    {
        var octets = Encoding.Latin1.GetBytes(body);
        foreach (var mode in new[] { Canonicalization.Simple, Canonicalization.Relaxed })
        {
            var expected = SHA256.HashData(Reference(octets, mode));
            for (var cut = 0; cut <= octets.Length; cut++)
                Assert.Equal(expected, Hash(mode, octets[..cut], octets[cut..]));
            Assert.Equal(expected, Hash(mode, [.. octets.Select(static octet => new[] { octet })]));
        }
    }

    [Fact]
    public void Random_bodies_agree_with_the_reference_in_random_chunks()
    {
        var random = new Random(6376);
        for (var round = 0; round < 20_000; round++)
        {
            var body = new StringBuilder();
            for (var count = random.Next(24); count > 0; count--)
                body.Append(Pieces[random.Next(Pieces.Length)]);
            var octets = Encoding.Latin1.GetBytes(body.ToString());
            var mode = (Canonicalization)random.Next(2);
            var (first, second) = (random.Next(octets.Length + 1), random.Next(octets.Length + 1));
            var (low, high) = (Math.Min(first, second), Math.Max(first, second));
            Assert.True(SHA256.HashData(Reference(octets, mode)).AsSpan().SequenceEqual(Hash(mode, octets[..low], octets[low..high], octets[high..])),
                $"{mode} {Convert.ToHexString(octets)} {low} {high}");
        }
    }

    [Fact]
    public void The_length_limit_counts_canonicalized_octets()
    {
        using var body = new BodyCanonicalizer(Canonicalization.Relaxed, 3);
        body.Append("a   b\r\n\r\nc"u8);
        Assert.Equal(SHA256.HashData("a b"u8), body.Finish());
        Assert.Equal(10, body.Length);
    }

    [Theory]
    [InlineData(Canonicalization.Simple, "\r\n")]
    [InlineData(Canonicalization.Relaxed, "")]
    public void An_empty_body_is_one_line_end_in_simple_and_nothing_in_relaxed(Canonicalization mode, string canonical) =>
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(canonical)), Hash(mode));

    private static byte[] Hash(Canonicalization mode, params byte[][] chunks)
    {
        using var body = new BodyCanonicalizer(mode, long.MaxValue);
        foreach (var chunk in chunks)
            body.Append(chunk);
        return body.Finish();
    }

    private static byte[] Reference(byte[] octets, Canonicalization mode)
    {
        var lines = Encoding.Latin1.GetString(octets).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').ToList();
        if (mode == Canonicalization.Relaxed)
            lines = [.. lines.Select(static line => System.Text.RegularExpressions.Regex.Replace(line, "[ \t]+", " ").TrimEnd(' '))];
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        if (lines.Count == 0)
            return mode == Canonicalization.Simple ? "\r\n"u8.ToArray() : [];
        return Encoding.Latin1.GetBytes(string.Concat(lines.Select(static line => line + "\r\n")));
    }
}
