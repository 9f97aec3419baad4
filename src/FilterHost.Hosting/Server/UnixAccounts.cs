using System.Globalization;
using System.Runtime.InteropServices;

namespace FilterHost.Hosting.Server;

/// <summary>Users and groups of this machine, which the class library does not know.</summary>
internal static partial class UnixAccounts
{
    /// <summary>Leaves an owner as it is.</summary>
    public const uint Unchanged = uint.MaxValue;

    private const int MostGroups = 1024;

    // The C library keeps one static entry for all callers.
    private static readonly Lock Gate = new();

    /// <summary>The effective user and group of this process.</summary>
    public static (uint User, uint Group) Current => (GetEffectiveUser(), GetEffectiveGroup());

    /// <summary>The number of a user, given by name or number.</summary>
    public static bool TryFindUser(string name, out uint id)
    {
        if (IsNumber(name, out id))
            return true;
        var account = Find(name);
        id = account?.Id ?? Unchanged;
        return account is not null;
    }

    /// <summary>The account of a user, given by name or number; null where there is none.</summary>
    public static UnixAccount? Find(string name)
    {
        lock (Gate)
        {
            var entry = IsNumber(name, out var id) ? GetPwUid(id) : GetPwNam(name);
            if (entry == 0)
                return null;
            var account = Marshal.PtrToStructure<Account>(entry);
            var login = Marshal.PtrToStringUTF8(account.Name)!;
            return new UnixAccount(login, account.Id, GroupsOf(login, account.Group), Marshal.PtrToStringUTF8(account.Home)!);
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
            id = entry == 0 ? Unchanged : Marshal.PtrToStructure<GroupEntry>(entry).Id;
            return entry != 0;
        }
    }

    /// <summary>Sets owner and group of a path itself, not of what a link there points to; null on success, else why not.</summary>
    public static string? ChangeOwner(string path, uint user, uint group) =>
        LChown(path, user, group) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    private static uint[] GroupsOf(string login, uint own)
    {
        var groups = new uint[MostGroups];
        var count = groups.Length;
        return GetGroupList(login, own, groups, ref count) > 0 ? groups[..count] : [own];
    }

    private static bool IsNumber(string name, out uint id) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != Unchanged;

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetPwNam(string name);

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint GetPwUid(uint id);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupList(string name, uint group, [Out] uint[] groups, ref int count);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroup();

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetGrNam(string name);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint user, uint group);

    // struct passwd.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Account
    {
        public readonly nint Name;
        public readonly nint Password;
        public readonly uint Id;
        public readonly uint Group;
        public readonly nint Comment;
        public readonly nint Home;
        public readonly nint Shell;
    }

    // The beginning of struct group.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct GroupEntry
    {
        public readonly nint Name;
        public readonly nint Password;
        public readonly uint Id;
    }
}
