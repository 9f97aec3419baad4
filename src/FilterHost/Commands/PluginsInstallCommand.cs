using System.CommandLine;
using FilterHost.Hosting.Foreign;
using FilterHost.Installation;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins install SOURCE</c>.</summary>
internal static class PluginsInstallCommand
{
    private static readonly Argument<string> Source = new("source") { Description = "The plugin's folder, such as a build's output, or an archive of it: .zip, .nupkg, .tar.gz, .tgz." };
    private static readonly Option<int> Keep = new("--keep") { Description = "How many versions stay, the new one included.", DefaultValueFactory = _ => 2 };

    public static Command Create()
    {
        Keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--keep takes a number from 1 on");
        });
        var command = new Command("install", "Check a plugin and install it as a version beside those that are there. The running host takes it with its next reload.")
        {
            Source, Keep, PluginsOptions.Directory, PluginsOptions.Reload,
        };
        command.SetAction((arguments, cancellationToken) => PluginsOptions.RunAsync(arguments, InstallAsync, cancellationToken));
        return command;
    }

    private static async Task InstallAsync(ParseResult arguments, PluginDirectories directories, CancellationToken cancellationToken)
    {
        var directory = directories.ForInstalling(arguments.GetValue(PluginsOptions.Directory));
        using var _ = VersionedPlugin.Lock(directory);
        var staging = VersionedPlugin.MakeStaging(directory);
        try
        {
            var staged = PluginSource.Stage(arguments.GetValue(Source)!, staging);
            if (staged.Name == MilterPlugin.Name || staged.Name.StartsWith('.'))
                throw new InstallationException($"{staged.Name} cannot be the name of a plugin: it is the host's own", ExitCode.Data);
            directories.RefuseHidden(staged.Name, directory);
            var plugin = new VersionedPlugin(directory, staged.Name);
            plugin.RefuseForeign();
            VersionedPlugin.LetAllRead(staged);
            var version = await LoadCheck.RunAsync(staged, arguments.GetValue(CommandLine.Config), cancellationToken);
            var before = plugin.Current;
            var kept = plugin.Keep(staged, version);
            plugin.Use(kept);
            Print(staged.Name, plugin, before, plugin.Tidy(arguments.GetValue(Keep)));
            if (!directories.IsKnown(directory))
                Console.WriteLine($"{directory.FullName} is none of plugin_directories: add it to the settings");
        }
        finally
        {
            staging.Delete(recursive: true);
        }
    }

    private static void Print(string name, VersionedPlugin plugin, string? before, IReadOnlyList<string> removed)
    {
        Console.WriteLine(before == plugin.Current ? $"{name} {plugin.Current} was installed already: {plugin.Folder.FullName}" : $"{name} {plugin.Current} installed: {plugin.Folder.FullName}");
        if (before is not null && before != plugin.Current && !removed.Contains(before, StringComparer.Ordinal))
            Console.WriteLine($"the way back: filterhost plugins use {name} {before}");
        if (removed.Count > 0)
            Console.WriteLine($"removed: {string.Join(", ", removed)}");
    }
}
