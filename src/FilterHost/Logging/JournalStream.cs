using System.Globalization;
using System.Runtime.InteropServices;

namespace FilterHost.Logging;

/// <summary>Whether standard error goes to the journal.</summary>
internal static partial class JournalStream
{
    private const int StandardError = 2;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7ff;

    // systemd.exec(5): $JOURNAL_STREAM has device and inode of the stream, "so that services may check whether it is still connected to the journal".
    public static bool IsStandardError(Func<string, string?> environment)
    {
        if (environment("JOURNAL_STREAM") is not { Length: > 0 } expected)
            return false;
        // struct statx is the same on every machine, unlike struct stat.
        Span<byte> status = stackalloc byte[256];
        if (StatX(StandardError, "", EmptyPath, BasicFields, status) != 0)
            return false;
        var inode = MemoryMarshal.Read<ulong>(status[32..]);
        ulong major = MemoryMarshal.Read<uint>(status[136..]), minor = MemoryMarshal.Read<uint>(status[140..]);
        // makedev(3).
        var device = ((major & 0xfffff000) << 32) | ((major & 0xfff) << 8) | ((minor & 0xffffff00) << 12) | (minor & 0xff);
        return expected == string.Create(CultureInfo.InvariantCulture, $"{device}:{inode}");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> status);
}
