using System.Security.Cryptography;
using System.Text;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// Copies a plugin's folder into a folder named by its content. Builds and package managers overwrite files that are mapped, which kills the process; a copy is never written again.
/// </summary>
internal static class PluginCopy
{
    /// <summary>A hash over the names and contents of all files.</summary>
    public static string HashOf(DirectoryInfo folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        foreach (var path in FilesOf(folder))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path));
            using var file = File.OpenRead(Path.Combine(folder.FullName, path));
            hash.AppendData(BitConverter.GetBytes(file.Length));
            for (int read; (read = file.Read(buffer)) > 0;)
                hash.AppendData(buffer.AsSpan(0, read));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    /// <summary>The copy of that content, made where it is not there yet.</summary>
    public static DirectoryInfo Make(DirectoryInfo folder, string hash, DirectoryInfo root)
    {
        var target = new DirectoryInfo(Path.Combine(root.FullName, folder.Name, hash));
        if (target.Exists && HashOf(target) == hash)
            return target;
        var temporary = new DirectoryInfo($"{target.FullName}.{Environment.ProcessId}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(temporary.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in FilesOf(folder))
        {
            var copy = Path.Combine(temporary.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(folder.FullName, path), copy);
        }
        if (HashOf(temporary) != hash)
        {
            temporary.Delete(recursive: true);
            throw new IOException($"{folder.FullName} changed while it was copied; try again when its build or upgrade is over");
        }
        Replace(temporary, target);
        return target;
    }

    // Another host with the same state directory may have been faster: its copy is as good.
    private static void Replace(DirectoryInfo temporary, DirectoryInfo target)
    {
        if (target.Exists)
            Directory.Move(target.FullName, $"{temporary.FullName}.broken");
        try
        {
            Directory.Move(temporary.FullName, target.FullName);
        }
        catch (IOException) when (Directory.Exists(target.FullName))
        {
            temporary.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> FilesOf(DirectoryInfo folder) =>
        folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder.FullName, file.FullName))
            .Order(StringComparer.Ordinal);
}
