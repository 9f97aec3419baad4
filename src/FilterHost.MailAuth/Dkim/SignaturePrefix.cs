namespace FilterHost.MailAuth.Dkim;

/// <summary>The first characters of each signature's b=, at least eight, and more where signatures of one message share them (RFC 6008 §4).</summary>
internal static class SignaturePrefix
{
    private const int Shortest = 8;

    public static string?[] Of(IReadOnlyList<string> signatures)
    {
        var prefixes = new string?[signatures.Count];
        for (var i = 0; i < prefixes.Length; i++)
        {
            if (signatures[i].Length > 0)
                prefixes[i] = signatures[i][..Math.Min(signatures[i].Length, LengthFor(signatures, i))];
        }
        return prefixes;
    }

    // Signatures that are wholly equal cannot be told apart; they keep the shortest length.
    private static int LengthFor(IReadOnlyList<string> signatures, int index)
    {
        var length = Shortest;
        for (var other = 0; other < signatures.Count; other++)
        {
            if (other == index || signatures[other] == signatures[index])
                continue;
            length = Math.Max(length, signatures[other].AsSpan().CommonPrefixLength(signatures[index]) + 1);
        }
        return length;
    }
}
