using System.Runtime.InteropServices;
using FilterHost.Hosting.Server;

namespace FilterHost.Checks;

/// <summary>An account of this machine, and what it may do with files of others.</summary>
/// <param name="Name">The name.</param>
/// <param name="Id">The number.</param>
/// <param name="Groups">The groups, the account's own first.</param>
internal sealed partial record UnixUser(string Name, uint Id, IReadOnlyList<uint> Groups)
{
    private const int MostGroups = 1024;

    /// <summary>User and group of this process, which its files get.</summary>
    public static (uint User, uint Group) Current => (GetEffectiveUser(), GetEffectiveGroup());

    /// <summary>The user of that name, or null.</summary>
    public static UnixUser? Find(string name)
    {
        var entry = GetPwNam(name);
        if (entry == 0)
            return null;
        var account = Marshal.PtrToStructure<Entry>(entry);
        var groups = new uint[MostGroups];
        var count = groups.Length;
        if (GetGroupList(name, account.Group, groups, ref count) < 0)
            count = 0;
        return new UnixUser(name, account.User, count == 0 ? [account.Group] : groups[..count]);
    }

    /// <summary>True if the modes give the account this right, which is named by its bit for all others.</summary>
    public bool May(UnixFileMode right, UnixFileStatus file, UnixFileMode mode)
    {
        if (Id == 0)
            return true;
        var shift = Id == file.User ? 6 : Groups.Contains(file.Group) ? 3 : 0;
        return ((int)mode & ((int)right << shift)) != 0;
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetPwNam(string name);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupList(string name, uint group, [Out] uint[] groups, ref int count);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroup();

    // struct passwd: two pointers, then the numbers.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Entry
    {
        public readonly nint Name;
        public readonly nint Password;
        public readonly uint User;
        public readonly uint Group;
    }
}
