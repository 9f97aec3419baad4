using System.Runtime.InteropServices;

namespace FilterHost.Installation;

/// <summary>Sets a link to a folder in one step, so that who opens it finds the old folder or the new one.</summary>
internal static partial class PluginLinks
{
    /// <summary>Sets the link.</summary>
    /// <param name="path">The link; what is there must be a link or nothing.</param>
    /// <param name="target">The folder, relative to the link's.</param>
    /// <exception cref="IOException">It cannot be set.</exception>
    public static void Set(string path, string target)
    {
        var next = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        Directory.CreateSymbolicLink(next, target);
        // The class library's Move removes what is there before it renames.
        if (Rename(next, path) == 0)
            return;
        var problem = Marshal.GetLastPInvokeErrorMessage();
        File.Delete(next);
        throw new IOException($"{path} cannot be set to {target}: {problem}");
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
