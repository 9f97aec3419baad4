using System.CommandLine;
using FilterHost.Installation;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins use NAME VERSION</c>.</summary>
internal static class PluginsUseCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The plugin's name." };
    private static readonly Argument<string> Version = new("version") { Description = "A version that is installed; `filterhost plugins list` has them." };

    public static Command Create()
    {
        var command = new Command("use", "Choose among the installed versions of a plugin: the way back after an upgrade.") { Name, Version, PluginsOptions.Directory, PluginsOptions.Reload };
        command.SetAction((arguments, cancellationToken) => PluginsOptions.RunAsync(arguments, UseAsync, cancellationToken));
        return command;
    }

    private static Task UseAsync(ParseResult arguments, PluginDirectories directories, CancellationToken cancellationToken)
    {
        var (name, version) = (arguments.GetValue(Name)!, arguments.GetValue(Version)!);
        var plugin = directories.Find(name, arguments.GetValue(PluginsOptions.Directory)) ?? throw new InstallationException($"{name} was not installed by `filterhost plugins install`", ExitCode.Usage);
        using var _ = VersionedPlugin.Lock(plugin.Folder.Parent!);
        plugin.Use(version);
        Console.WriteLine($"{name} {version} is in use: {plugin.Folder.FullName}");
        return Task.CompletedTask;
    }
}
