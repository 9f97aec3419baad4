using FilterHost.Hosting.Pipeline;

namespace FilterHost.Testing;

/// <summary>A file with the message that a test expects.</summary>
internal sealed class GoldenFile(string path, string sourceFile)
{
    private const string Renew = "FILTERHOST_RENEW_GOLDEN";

    public string Path { get; } = System.IO.Path.GetFullPath(path, FolderOf(sourceFile));

    public byte[] Read() => File.Exists(Path)
        ? WireMessage.ToWireLines(File.ReadAllBytes(Path))
        : throw new ExpectationException($"There is no file {Path}. Run the test once with {Renew}=1 to write it, and read what it wrote.");

    /// <summary>Writes the file where the environment asks for it.</summary>
    public bool TryRenew(ReadOnlySpan<byte> message)
    {
        if (Environment.GetEnvironmentVariable(Renew) is not "1")
            return false;
        if (Environment.GetEnvironmentVariable("CI") is "true")
            throw new ExpectationException($"{Renew} is set where CI=true: golden files are not renewed there.");
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllBytes(Path, message);
        return true;
    }

    // A deterministic build writes /_/ for the root of the sources, which is then a folder above the test's output. Without sources the file must lie beside the test.
    private static string FolderOf(string sourceFile)
    {
        var folder = System.IO.Path.GetDirectoryName(sourceFile) ?? "";
        if (Directory.Exists(folder))
            return folder;
        for (var root = new DirectoryInfo(AppContext.BaseDirectory); root is not null && folder.StartsWith("/_/", StringComparison.Ordinal); root = root.Parent)
        {
            var candidate = System.IO.Path.Combine(root.FullName, folder[3..]);
            if (Directory.Exists(candidate))
                return candidate;
        }
        return AppContext.BaseDirectory;
    }
}
