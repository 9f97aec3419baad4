namespace FilterHost.Tests;

/// <summary>Conformance data that lies beside the repository and is not part of it.</summary>
internal static class ConformanceData
{
    /// <summary>The folder of that name in the data. The test is skipped where the data is absent, and fails where it is absent and CI is set.</summary>
    public static string Folder(string name)
    {
        var root = Environment.GetEnvironmentVariable("FILTERHOST_CONFORMANCE") ?? Path.Combine(RepositoryRoot, "..", "shared", "conformance");
        var folder = Path.GetFullPath(Path.Combine(root, name));
        if (Directory.Exists(folder))
            return folder;
        Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"conformance data is missing: {folder}");
        Assert.Skip($"conformance data is missing: {folder} (set FILTERHOST_CONFORMANCE)");
        return folder;
    }

    /// <summary>The root of the checkout, found by its solution file.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FilterHost.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("FilterHost.sln was not found above the tests");
    }
}
