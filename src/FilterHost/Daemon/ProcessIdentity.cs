using System.Runtime.InteropServices;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Daemon;

/// <summary>Who this process is, for the kernel.</summary>
internal static partial class ProcessIdentity
{
    /// <summary>True if the effective user is root.</summary>
    public static bool IsRoot => GetEffectiveUser() == 0;

    /// <summary>
    /// Becomes a user for good: real, effective and saved ids, and all groups. The kernel keeps ids for each thread, and the C library changes them in every thread of the process (nptl(7)).
    /// </summary>
    /// <returns>Null, or what went wrong; the process must end then, since it may be half changed.</returns>
    public static string? Become(uint user, IReadOnlyList<uint> groups)
    {
        ThreadNiceness.Permit();
        // The user last: who is not root may change no group.
        if (SetGroups((nuint)groups.Count, [.. groups]) != 0 || SetGroup(groups[0], groups[0], groups[0]) != 0 || SetUser(user, user, user) != 0)
            return Marshal.GetLastPInvokeErrorMessage();
        if (GetUser(out var real, out var effective, out var saved) != 0 || (real, effective, saved) != (user, user, user))
            return "the change had no effect";
        // Whoever keeps the capability, by securebits of the parent for one, is root still.
        return user != 0 && SetUser(0, 0, 0) == 0 ? "root can be regained" : null;
    }

    /// <summary>Sets the mode bits that new files do not get.</summary>
    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint SetUmask(uint mask);

    /// <summary>True if this process may write to a folder and enter it.</summary>
    public static bool MayWrite(string folder)
    {
        const int write = 2, search = 1;
        return Access(folder, write | search) == 0;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getresuid")]
    private static partial int GetUser(out uint real, out uint effective, out uint saved);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, uint[] groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
