using System.CommandLine;
using System.Text.Json;
using FilterHost.Hosting.Plugins;
using FilterHost.Installation;
using FilterHost.Verification;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins list</c>.</summary>
internal static class PluginsListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "List the plugins in the plugin folders: versions, contract, which tables use them, and what is wrong with those that cannot be loaded.");
        command.SetAction(List);
        return command;
    }

    private static int List(ParseResult arguments)
    {
        var preparation = Preparation.ReadSettingsIfAny(arguments);
        var directories = new PluginDirectories(preparation.Settings);
        var catalog = preparation.Catalog();
        var found = catalog.Names().Select(name => Look(catalog, directories, name)).ToArray();
        if (arguments.GetValue(CommandLine.Json))
            JsonOutput.Write(writer => Write(writer, found));
        else
            foreach (var plugin in found)
                Print(plugin);
        return found.All(plugin => plugin.Problem is null) && !preparation.Problems.HasErrors ? ExitCode.Ok : ExitCode.Configuration;
    }

    private static ListedPlugin Look(PluginCatalog catalog, PluginDirectories directories, string name)
    {
        var code = catalog.Load(name, Environment.CurrentDirectory, out var problem);
        var folder = catalog.Directories.Select(directory => new DirectoryInfo(Path.Combine(directory.FullName, name))).FirstOrDefault(candidate => candidate.Exists);
        var listed = new ListedPlugin(
            name,
            code?.Version,
            folder is null ? Versions.Contract : new PluginFiles(name, folder).Contract,
            folder?.FullName,
            problem,
            folder is null ? null : new VersionedPlugin(folder.Parent!, name),
            [.. directories.UsersOf(name).Select(table => table.TableName)]);
        code?.Release();
        return listed;
    }

    private static void Print(ListedPlugin plugin)
    {
        Console.WriteLine(plugin.Problem is { } problem ? $"{plugin.Name}: {problem}" : $"{plugin.Name} {plugin.Version} ({plugin.Folder ?? "comes with the host"}), contract {plugin.Contract}{UseOf(plugin)}");
        if (plugin.Place is not { IsInstalled: true } place)
            return;
        foreach (var version in place.Installed)
            Console.WriteLine($"  {(version == place.Current ? "*" : " ")} {version}");
    }

    private static string UseOf(ListedPlugin plugin) => plugin.Tables.Count == 0 ? "" : $", used by {string.Join(", ", plugin.Tables)}";

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ListedPlugin> found)
    {
        writer.WriteStartArray("plugins");
        foreach (var plugin in found)
        {
            writer.WriteStartObject();
            writer.WriteString("name", plugin.Name);
            writer.WriteString("version", plugin.Version);
            writer.WriteString("contract", plugin.Contract);
            writer.WriteString("folder", plugin.Folder);
            writer.WriteString("current", plugin.Place?.Current);
            writer.WriteTexts("installed", plugin.Place?.Installed ?? []);
            writer.WriteTexts("used_by", plugin.Tables);
            writer.WriteString("problem", plugin.Problem);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <param name="Name">The plugin's name.</param>
    /// <param name="Version">Its version; null where it cannot be loaded.</param>
    /// <param name="Contract">The contract that it was built against.</param>
    /// <param name="Folder">Its folder; null for one that comes with the host.</param>
    /// <param name="Problem">Why it cannot be loaded.</param>
    /// <param name="Place">Its versions.</param>
    /// <param name="Tables">The tables that are instances of it.</param>
    private sealed record ListedPlugin(string Name, string? Version, string? Contract, string? Folder, string? Problem, VersionedPlugin? Place, IReadOnlyList<string> Tables);
}
