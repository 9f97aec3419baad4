namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>Tells archives by their first octets: a name says what its sender likes.</summary>
internal static class ArchiveKinds
{
    /// <summary>What must be read of a file to tell.</summary>
    public const int HeadLength = 512;

    private static readonly string[] Extensions = [".zip", ".gz", ".tgz", ".tar", ".rar", ".7z", ".cab", ".xz", ".bz2", ".zst"];

    // Rar, 7-Zip, Cabinet, xz, bzip2, Zstandard
    private static readonly byte[][] ForeignMarks =
    [
        [.. "Rar!"u8, 0x1A, 0x07], [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], [.. "MSCF"u8], [0xFD, .. "7zXZ"u8, 0], [.. "BZh"u8], [0x28, 0xB5, 0x2F, 0xFD],
    ];

    public static ArchiveKind Of(string name, ReadOnlySpan<byte> head)
    {
        // A ZIP file is read from its end, so whatever stands before it may stand there.
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8) || name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return ArchiveKind.Zip;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return ArchiveKind.Gzip;
        if (head.Length >= 262 && head[257..262].SequenceEqual("ustar"u8) || name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
            return ArchiveKind.Tar;
        foreach (var mark in ForeignMarks)
        {
            if (head.StartsWith(mark))
                return ArchiveKind.Foreign;
        }
        return ArchiveKind.None;
    }

    /// <summary>True for a file that can only be told by its name.</summary>
    public static bool IsNamedLikeOne(string name) => Extensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
}
