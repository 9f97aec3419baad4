using System.Text;

namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>The sizes that the blocks of a tar file claim. The reader of the class library makes room for a long name by what its block claims, so the claim is checked first.</summary>
internal static class TarSizes
{
    private const int Block = 512;

    /// <summary>True where every entry lies within the file.</summary>
    public static bool Fit(ReadOnlySpan<byte> tar)
    {
        for (long position = 0; position + Block <= tar.Length;)
        {
            var header = tar.Slice((int)position, Block);
            // Two empty blocks end the file; one is enough to stop.
            if (header.IndexOfAnyExcept((byte)0) < 0)
                return true;
            if (!TryReadSize(header.Slice(124, 12), out var size) || size > tar.Length - position - Block)
                return false;
            position += Block + (size + Block - 1) / Block * Block;
        }
        return true;
    }

    // Octal digits, ended by a space or NUL. Sizes of 8 GB and more are written in another way, which no mail needs.
    private static bool TryReadSize(ReadOnlySpan<byte> field, out long size)
    {
        size = 0;
        foreach (var digit in Encoding.ASCII.GetString(field).Trim(' ', '\0'))
        {
            if (digit is < '0' or > '7')
                return false;
            size = size * 8 + (digit - '0');
        }
        return true;
    }
}
