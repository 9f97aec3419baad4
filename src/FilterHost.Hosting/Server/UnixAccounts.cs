using System.Globalization;
using System.Runtime.InteropServices;

namespace FilterHost.Hosting.Server;

/// <summary>Owners of files, which the class library does not set.</summary>
internal static partial class UnixAccounts
{
    /// <summary>Leaves an owner as it is.</summary>
    public const uint Unchanged = uint.MaxValue;

    // The C library keeps one static entry for all callers.
    private static readonly Lock Gate = new();

    /// <summary>The number of a user, given by name or number.</summary>
    public static bool TryFindUser(string name, out uint id)
    {
        if (IsNumber(name, out id))
            return true;
        lock (Gate)
        {
            var entry = GetPwNam(name);
            id = entry == 0 ? Unchanged : Marshal.PtrToStructure<Entry>(entry).Id;
            return entry != 0;
        }
    }

    /// <summary>The number of a group, given by name or number.</summary>
    public static bool TryFindGroup(string name, out uint id)
    {
        if (IsNumber(name, out id))
            return true;
        lock (Gate)
        {
            var entry = GetGrNam(name);
            id = entry == 0 ? Unchanged : Marshal.PtrToStructure<Entry>(entry).Id;
            return entry != 0;
        }
    }

    /// <summary>Sets owner and group of a path itself, not of what a link there points to; null on success, else why not.</summary>
    public static string? ChangeOwner(string path, uint user, uint group) =>
        LChown(path, user, group) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    private static bool IsNumber(string name, out uint id) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != Unchanged;

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetPwNam(string name);

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetGrNam(string name);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint user, uint group);

    // struct passwd and struct group begin alike: two pointers, then the number.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Entry
    {
        public readonly nint Name;
        public readonly nint Password;
        public readonly uint Id;
    }
}
