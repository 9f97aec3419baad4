using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Verification;

/// <summary>A plugin's folder as it lies there: what can be told of it without loading anything.</summary>
/// <param name="name">The plugin's name.</param>
/// <param name="folder">Its folder.</param>
internal sealed class PluginFiles(string name, DirectoryInfo folder)
{
    private static readonly string ContractName = typeof(FilterPlugin).Assembly.GetName().Name!;

    /// <summary>The plugin's name, which is that of its main assembly.</summary>
    public string Name => name;

    public DirectoryInfo Folder => folder;

    /// <summary>The main assembly.</summary>
    public FileInfo Main { get; } = new(Path.Combine(folder.FullName, $"{name}.dll"));

    /// <summary>The contract's version that the main assembly was built against; null where it is no plugin.</summary>
    public string? Contract => ReferencesOf(Main).FirstOrDefault(reference => reference.Name == ContractName).Version?.ToString(2);

    /// <summary>All files, the shared assemblies that are ignored left out.</summary>
    public IReadOnlyList<FileInfo> Files { get; } =
        [.. folder.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Extension != ".dll" || !ContractCheck.IsShared(Path.GetFileNameWithoutExtension(file.Name)))];

    /// <summary>The assemblies that an assembly uses; none where it is no .NET assembly.</summary>
    public static IReadOnlyList<(string Name, Version Version)> ReferencesOf(FileInfo file)
    {
        try
        {
            using var image = new PEReader(file.OpenRead());
            if (!image.HasMetadata)
                return [];
            var reader = image.GetMetadataReader();
            return [.. reader.AssemblyReferences.Select(reader.GetAssemblyReference).Select(reference => (reader.GetString(reference.Name), reference.Version))];
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
