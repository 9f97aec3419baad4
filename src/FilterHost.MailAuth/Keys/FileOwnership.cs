using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FilterHost.MailAuth.Keys;

/// <summary>Mode and owner of an open file or of a folder; .NET tells the mode only.</summary>
public readonly partial record struct FileOwnership(uint User, int Mode)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint TypeModeAndUser = 0x1 | 0x2 | 0x8;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>The effective user of this process, which may change once.</summary>
    public static uint ProcessUser => GetEffectiveUser();

    /// <summary>False for a folder, a pipe or a device.</summary>
    public bool IsRegularFile => (Mode & TypeMask) == RegularFile;

    /// <summary>True where root or the user of this process owns it.</summary>
    public bool BelongsToUs => User == 0 || User == ProcessUser;

    /// <summary>The mode as chmod takes it: <c>0640</c>.</summary>
    public string OctalMode => Convert.ToString(Mode & 0xFFF, 8).PadLeft(4, '0');

    /// <summary>Of the file that is open, so that it cannot be exchanged between check and reading.</summary>
    public static FileOwnership Of(SafeFileHandle file)
    {
        if (StatX((int)file.DangerousGetHandle(), "", EmptyPath, TypeModeAndUser, out var status) != 0)
            throw new IOException($"statx failed: {Marshal.GetLastPInvokeErrorMessage()}");
        return new FileOwnership(status.User, status.Mode);
    }

    /// <summary>Of what a path names, links followed; null where that cannot be seen.</summary>
    public static FileOwnership? Of(string path) => StatX(CurrentDirectory, path, 0, TypeModeAndUser, out var status) == 0 ? new FileOwnership(status.User, status.Mode) : null;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    // struct statx has the same layout on every architecture, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
