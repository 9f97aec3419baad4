using System.Formats.Tar;
using System.IO.Compression;
using FilterHost.Commands;

namespace FilterHost.Installation;

/// <summary>
/// Takes the files out of an archive: .zip, .nupkg, .tar.gz, .tgz. An archive comes from strangers: no path leaves the folder, there is no link, and neither the number of files nor their size goes beyond the bounds,
/// whatever the archive says of itself.
/// </summary>
internal sealed class PluginArchive
{
    // The largest first-party plugin has 30 files and 20 MB.
    private const int MaximumEntries = 10_000;

    private const long MaximumSize = 512L << 20;

    private const int MaximumPath = 500;

    private const int SymbolicLink = 0xA000, FileType = 0xF000;

    private readonly FileInfo _archive;
    private readonly DirectoryInfo _target;
    private int _entries;
    private long _size;

    private PluginArchive(FileInfo archive, DirectoryInfo target) => (_archive, _target) = (archive, target);

    /// <summary>True for a name that an archive has.</summary>
    public static bool IsArchive(string path) => IsZip(path) || IsTar(path);

    /// <summary>Extracts all files to an empty folder.</summary>
    /// <exception cref="InstallationException">The archive is damaged, or holds what it must not.</exception>
    public static void Extract(FileInfo archive, DirectoryInfo target)
    {
        try
        {
            var extraction = new PluginArchive(archive, target);
            if (IsZip(archive.Name))
                extraction.ExtractZip();
            else
                extraction.ExtractTar();
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InstallationException($"{archive.FullName} is damaged: {exception.Message}", ExitCode.Data);
        }
    }

    private static bool IsZip(string path) => path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".nupkg", StringComparison.OrdinalIgnoreCase);

    private static bool IsTar(string path) => path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private void ExtractZip()
    {
        using var zip = ZipFile.OpenRead(_archive.FullName);
        foreach (var entry in zip.Entries)
        {
            // Unix keeps the file's mode in the upper half.
            if (((entry.ExternalAttributes >> 16) & FileType) == SymbolicLink)
                throw Refusal(entry.FullName, "is a link");
            if (entry.FullName.EndsWith('/'))
                continue;
            using var content = entry.Open();
            Write(entry.FullName, content);
        }
    }

    private void ExtractTar()
    {
        using var compressed = new GZipStream(_archive.OpenRead(), CompressionMode.Decompress);
        using var tar = new TarReader(compressed);
        while (tar.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    Write(entry.Name, entry.DataStream ?? Stream.Null);
                    break;
                case TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes:
                    CountEntry();
                    break;
                default:
                    throw Refusal(entry.Name, "is no plain file");
            }
        }
    }

    private void Write(string name, Stream content)
    {
        CountEntry();
        var path = Path.Combine(_target.FullName, PathOf(name));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path) || Directory.Exists(path))
            throw Refusal(name, "is there twice");
        using var file = File.Create(path);
        var buffer = new byte[81920];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            _size += read;
            if (_size > MaximumSize)
                throw Refusal(name, $"is too much: more than {MaximumSize >> 20} MB in all");
            file.Write(buffer, 0, read);
        }
    }

    private void CountEntry()
    {
        if (++_entries > MaximumEntries)
            throw new InstallationException($"{_archive.FullName} holds more than {MaximumEntries} files", ExitCode.Data);
    }

    private string PathOf(string name)
    {
        if (name.Length > MaximumPath || name.StartsWith('/') || name.AsSpan().ContainsAny('\\', '\0', ':'))
            throw Refusal(name, "is no path below a folder");
        var steps = name.Split('/').Where(step => step is not ("" or ".")).ToArray();
        if (steps.Length == 0 || steps.Contains(".."))
            throw Refusal(name, "is no path below a folder");
        return Path.Combine(steps);
    }

    private InstallationException Refusal(string entry, string what) => new($"{_archive.FullName}: {entry} {what}", ExitCode.Data);
}
