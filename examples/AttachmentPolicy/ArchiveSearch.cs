using System.Buffers;
using System.Formats.Tar;
using System.IO.Compression;

namespace FilterHost.Examples.AttachmentPolicy;

/// <summary>Looks for names inside the archives of one message, within the bounds of the settings.</summary>
internal sealed class ArchiveSearch(AttachmentPolicySettings settings, ForbiddenNames forbidden, CancellationToken cancellation)
{
    private readonly List<Finding> _findings = [];
    private int _entries;
    private long _octets;
    private bool _isOverLimit;

    /// <summary>What is found in a file; null for one that is no archive, or has nothing to find.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its content.</param>
    public Finding? Search(string name, Stream content)
    {
        if (settings.ArchiveDepth == 0)
            return null;
        _findings.Clear();
        Look(name, () => content, 1);
        return Finding.Strongest(_findings);
    }

    private void Look(string path, Func<Stream> open, int depth)
    {
        try
        {
            using var content = open();
            var head = new byte[ArchiveKinds.HeadLength];
            var kind = ArchiveKinds.Of(path, head.AsSpan(0, content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) is var length ? length : 0));
            if (kind is ArchiveKind.None)
                return;
            if (kind is ArchiveKind.Foreign)
                Unreadable($"{path} is an archive of a kind that is not looked into");
            else if (depth > settings.ArchiveDepth)
                Limit($"{path} lies deeper than {settings.ArchiveDepth} archives");
            else if (Read(path, head.AsMemory(0, length), content) is { } archive)
                LookInto(kind, path, archive, depth);
        }
        // What the readers of the class library throw for archives that are broken, cut off, encrypted or compressed in another way.
        catch (Exception e) when (e is InvalidDataException or IOException or FormatException or NotSupportedException or ArgumentException)
        {
            Unreadable($"{path} cannot be read");
        }
    }

    private void LookInto(ArchiveKind kind, string path, MemoryStream archive, int depth)
    {
        switch (kind)
        {
            case ArchiveKind.Zip:
                LookIntoZip(path, archive, depth);
                break;
            case ArchiveKind.Tar:
                LookIntoTar(path, archive, depth);
                break;
            default:
                var inner = NameInGzip(path);
                if (Takes(path, inner))
                    Look(inner, () => new GZipStream(archive, CompressionMode.Decompress), depth + 1);
                break;
        }
    }

    private void LookIntoZip(string path, MemoryStream archive, int depth)
    {
        // Each entry of the directory begins with this mark, so that none is read beyond the bound.
        if (Count(archive.GetBuffer().AsSpan(0, (int)archive.Length), "PK\x01\x02"u8) > settings.ArchiveEntries)
        {
            Limit($"{path} has more than {settings.ArchiveEntries} entries");
            return;
        }
        using var zip = new ZipArchive(archive, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            if (!Takes(path, entry.FullName))
                return;
            if (!entry.IsEncrypted)
                Look($"{path}/{entry.FullName}", entry.Open, depth + 1);
            else if (ArchiveKinds.IsNamedLikeOne(entry.FullName))
                Unreadable($"{path}/{entry.FullName} is encrypted");
        }
    }

    private void LookIntoTar(string path, MemoryStream archive, int depth)
    {
        if (!TarSizes.Fit(archive.GetBuffer().AsSpan(0, (int)archive.Length)))
        {
            Unreadable($"{path} cannot be read");
            return;
        }
        using var tar = new TarReader(archive);
        while (tar.GetNextEntry() is { } entry && Takes(path, entry.Name))
        {
            if (entry.DataStream is { } content)
                Look($"{path}/{entry.Name}", () => content, depth + 1);
        }
    }

    /// <summary>Judges an entry by its name; false where no more are to be looked at.</summary>
    private bool Takes(string path, string name)
    {
        cancellation.ThrowIfCancellationRequested();
        if (++_entries > settings.ArchiveEntries)
            Limit($"{path} has more than {settings.ArchiveEntries} entries");
        else if (forbidden.Contains(name))
            _findings.Add(new Finding(settings.OnMatch, $"{name} in {path} is not allowed"));
        return !_isOverLimit;
    }

    /// <summary>The whole of an archive, or null beyond the bound.</summary>
    private MemoryStream? Read(string path, ReadOnlyMemory<byte> head, Stream rest)
    {
        var archive = new MemoryStream();
        archive.Write(head.Span);
        _octets += head.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(65_536);
        for (int count; !_isOverLimit && (count = rest.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            _octets += count;
            if (_octets > settings.ArchiveSize.Octets)
                Limit($"{path} is larger than {settings.ArchiveSize}, unpacked");
            else
                archive.Write(buffer, 0, count);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        archive.Position = 0;
        return _isOverLimit ? null : archive;
    }

    private void Limit(string text)
    {
        _isOverLimit = true;
        _findings.Add(new Finding(settings.OnLimit ?? settings.OnMatch, text));
    }

    private void Unreadable(string text) => _findings.Add(new Finding(settings.OnUnreadable, text));

    private static string NameInGzip(string path)
    {
        if (path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase))
            return path[..^4] + ".tar";
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
    }

    private static int Count(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> mark)
    {
        var count = 0;
        for (int found; (found = octets.IndexOf(mark)) >= 0; count++)
            octets = octets[(found + mark.Length)..];
        return count;
    }
}
