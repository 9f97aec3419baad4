namespace FilterHost.Tests;

/// <summary>Inputs near a good one: each of its prefixes, each octet left out, doubled, or changed to each other one.</summary>
internal static class Mutations
{
    public static IEnumerable<byte[]> Of(byte[] seed)
    {
        for (var length = 0; length <= seed.Length; length++)
            yield return seed[..length];
        for (var position = 0; position < seed.Length; position++)
        {
            yield return [.. seed[..position], .. seed[(position + 1)..]];
            yield return [.. seed[..position], seed[position], .. seed[position..]];
            for (var octet = 0; octet < 256; octet++)
                yield return [.. seed[..position], (byte)octet, .. seed[(position + 1)..]];
        }
    }
}
