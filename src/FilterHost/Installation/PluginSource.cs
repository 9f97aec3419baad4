using FilterHost.Commands;

namespace FilterHost.Installation;

/// <summary>Where a plugin comes from: a folder, such as a build's output, or an archive of one.</summary>
internal static class PluginSource
{
    private const string List = ".deps.json";

    private const int MaximumFiles = 10_000;

    /// <summary>Puts the plugin's files into a folder of its name below another.</summary>
    /// <param name="source">The path that was given.</param>
    /// <param name="staging">An empty folder.</param>
    /// <returns>The plugin's folder.</returns>
    /// <exception cref="InstallationException">There is no plugin at that path.</exception>
    public static DirectoryInfo Stage(string source, DirectoryInfo staging)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        if (Directory.Exists(path))
            return StageFolder(new DirectoryInfo(path), staging);
        if (!File.Exists(path))
            throw new InstallationException($"there is no {path}", ExitCode.NoInput);
        if (!PluginArchive.IsArchive(path))
            throw new InstallationException($"{path} is neither a folder nor an archive (.zip, .nupkg, .tar.gz, .tgz)", ExitCode.Data);
        var extracted = staging.CreateSubdirectory(".extracted");
        PluginArchive.Extract(new FileInfo(path), extracted);
        var (folder, name) = PluginIn(extracted, path);
        var target = new DirectoryInfo(Path.Combine(staging.FullName, name));
        Directory.Move(folder, target.FullName);
        return target;
    }

    private static DirectoryInfo StageFolder(DirectoryInfo folder, DirectoryInfo staging)
    {
        if (!File.Exists(Path.Combine(folder.FullName, $"{folder.Name}.dll")))
            throw new InstallationException($"{folder.FullName} is no plugin's folder: there is no {folder.Name}.dll in it. A plugin's folder has the name of its assembly{Hint(folder)}", ExitCode.Data);
        var files = folder.GetFileSystemInfos("*", SearchOption.AllDirectories);
        if (files.Length > MaximumFiles)
            throw new InstallationException($"{folder.FullName} holds more than {MaximumFiles} files", ExitCode.Data);
        if (Array.Find(files, file => file.LinkTarget is not null) is { } link)
            throw new InstallationException($"{link.FullName} is a link: a plugin's folder holds files", ExitCode.Data);
        var target = staging.CreateSubdirectory(folder.Name);
        foreach (var file in files.OfType<FileInfo>())
        {
            var copy = Path.Combine(target.FullName, Path.GetRelativePath(folder.FullName, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            file.CopyTo(copy);
        }
        return target;
    }

    private static string Hint(DirectoryInfo folder) => NamesByList(folder).ToArray() is [var name] ? $": this one has {name}.dll, so call it {name}" : "";

    private static (string Folder, string Name) PluginIn(DirectoryInfo extracted, string archive)
    {
        // A package has its name in the name of its description.
        var packages = extracted.EnumerateFiles("*.nuspec").Select(file => Path.GetFileNameWithoutExtension(file.Name)).ToArray();
        var found = extracted.EnumerateDirectories("*", SearchOption.AllDirectories).Prepend(extracted)
            .SelectMany(folder => NamesByList(folder).Append(folder.Name).Concat(packages).Distinct(StringComparer.Ordinal)
                .Where(name => File.Exists(Path.Combine(folder.FullName, $"{name}.dll"))).Select(name => (folder.FullName, name)))
            .ToArray();
        return found switch
        {
            [var only] => only,
            [] => throw new InstallationException($"{archive} holds no plugin: no folder with the name of an assembly in it, and no assembly with a {List} beside it", ExitCode.Data),
            _ => throw new InstallationException($"{archive} holds several plugins: {string.Join(", ", found.Select(plugin => Path.Combine(Path.GetRelativePath(extracted.FullName, plugin.FullName), $"{plugin.name}.dll")))}", ExitCode.Data),
        };
    }

    private static IEnumerable<string> NamesByList(DirectoryInfo folder) => folder.EnumerateFiles($"*{List}").Select(file => file.Name[..^List.Length]);
}
