using System.Security.Cryptography;
using System.Text;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// Copies of plugins' folders, each in a folder named by its content. Builds and package managers overwrite files that are mapped, which kills the process; a copy is never written again.
/// </summary>
/// <param name="root">Where they are kept: a folder for each plugin. Hosts with the same state directory share it.</param>
/// <param name="time">The clock that says when a copy was used.</param>
internal sealed class PluginCopies(DirectoryInfo root, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Longer than it takes to delete what another host that starts now finds.
    private static readonly TimeSpan LongestTidying = TimeSpan.FromSeconds(10);

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

    /// <summary>
    /// Keeps the copies from being removed until it is disposed. The first to ask while no host uses any tidies up: of each plugin the copy used last is left, and nothing that is half made.
    /// </summary>
    /// <exception cref="IOException">Another host tidies for too long.</exception>
    public IDisposable Hold()
    {
        Directory.CreateDirectory(root.FullName, OwnerOnly);
        var path = Path.Combine(root.FullName, ".lock");
        try
        {
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
                Tidy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Others use copies or tidy themselves, or what is left is another user's.
        }
        IDisposable? hold = null;
        return SpinWait.SpinUntil(() => (hold = Lock(path)) is not null, LongestTidying) ? hold! : throw new IOException($"{path} is locked by another process");
    }

    /// <summary>The copy of that content, made where it is not there yet.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="folder">What is copied.</param>
    /// <param name="hash">The content's.</param>
    public DirectoryInfo Make(string plugin, DirectoryInfo folder, string hash)
    {
        var target = new DirectoryInfo(Path.Combine(root.FullName, plugin, hash));
        if (!target.Exists || HashOf(target) != hash)
            Replace(Copy(folder, hash, target), target);
        // What tidying goes by.
        Directory.SetLastWriteTimeUtc(target.FullName, time.GetUtcNow().UtcDateTime);
        return target;
    }

    // On Unix a shared lock (flock), which ends with the process however that ends.
    private static FileStream? Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (IOException exception) when (exception is not FileNotFoundException)
        {
            return null;
        }
    }

    private static DirectoryInfo Copy(DirectoryInfo folder, string hash, DirectoryInfo target)
    {
        var temporary = new DirectoryInfo($"{target.FullName}.{Environment.ProcessId}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(temporary.FullName, OwnerOnly);
        foreach (var path in FilesOf(folder))
        {
            var copy = Path.Combine(temporary.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(folder.FullName, path), copy);
        }
        if (HashOf(temporary) == hash)
            return temporary;
        temporary.Delete(recursive: true);
        throw new IOException($"{folder.FullName} changed while it was copied; try again when its build or upgrade is over");
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

    private void Tidy()
    {
        foreach (var plugin in root.EnumerateDirectories())
        {
            var copies = plugin.GetDirectories();
            var last = copies.Where(copy => !copy.Name.Contains('.', StringComparison.Ordinal)).MaxBy(copy => copy.LastWriteTimeUtc);
            foreach (var copy in copies.Where(copy => copy != last))
                copy.Delete(recursive: true);
        }
    }

    // A shared assembly that lies beside a plugin is ignored, so that nothing can load it.
    private static IEnumerable<string> FilesOf(DirectoryInfo folder) =>
        folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension != ".dll" || !ContractCheck.IsShared(Path.GetFileNameWithoutExtension(file.Name)))
            .Select(file => Path.GetRelativePath(folder.FullName, file.FullName))
            .Order(StringComparer.Ordinal);
}
