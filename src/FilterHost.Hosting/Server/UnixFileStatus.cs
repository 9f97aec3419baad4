using System.Runtime.InteropServices;

namespace FilterHost.Hosting.Server;

/// <summary>What a path names, as far as the class library does not tell.</summary>
internal readonly partial record struct UnixFileStatus(bool IsSocket, uint User, uint Group, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint BasicFields = 0x7ff;
    private const int TypeMask = 0xF000;
    private const int SocketType = 0xC000;

    /// <summary>Looks at a path itself, not at what a link there points to; null if nothing is there or it cannot be seen.</summary>
    public static UnixFileStatus? Of(string path)
    {
        // struct statx is the same on every machine, unlike struct stat.
        Span<byte> status = stackalloc byte[256];
        if (StatX(CurrentDirectory, path, DoNotFollow, BasicFields, status) != 0)
            return null;
        var mode = MemoryMarshal.Read<ushort>(status[28..]);
        return new((mode & TypeMask) == SocketType, MemoryMarshal.Read<uint>(status[20..]), MemoryMarshal.Read<uint>(status[24..]), MemoryMarshal.Read<ulong>(status[32..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> status);
}
