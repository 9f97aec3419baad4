using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Mode and owner of an open file or of a folder; .NET tells the mode only.</summary>
internal readonly partial record struct FileOwnership(uint User, int Mode)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint ModeAndUser = 0x2 | 0x8;

    public static uint ProcessUser { get; } = GetEffectiveUser();

    public bool BelongsToUs => User == 0 || User == ProcessUser;

    public string OctalMode => Convert.ToString(Mode & 0xFFF, 8).PadLeft(4, '0');

    /// <summary>Of the file that is open, so that it cannot be exchanged between check and reading.</summary>
    public static FileOwnership Of(SafeFileHandle file) => Read((int)file.DangerousGetHandle(), "", EmptyPath);

    public static FileOwnership Of(string path) => Read(CurrentDirectory, path, 0);

    private static FileOwnership Read(int folder, string path, int flags)
    {
        if (StatX(folder, path, flags, ModeAndUser, out var status) != 0)
            throw new IOException($"statx failed: {Marshal.GetLastPInvokeErrorMessage()}");
        return new FileOwnership(status.User, status.Mode);
    }

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
