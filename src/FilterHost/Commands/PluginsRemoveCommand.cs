using System.CommandLine;
using FilterHost.Installation;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins remove NAME</c>.</summary>
internal static class PluginsRemoveCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The plugin's name." };
    private static readonly Option<string?> Version = new("--version") { Description = "Only this version, which must not be the one in use." };

    public static Command Create()
    {
        var command = new Command("remove", "Remove a plugin that was installed, or one of its versions. A plugin that the settings name stays.") { Name, Version, PluginsOptions.Directory, PluginsOptions.Reload };
        command.SetAction((arguments, cancellationToken) => PluginsOptions.RunAsync(arguments, RemoveAsync, cancellationToken));
        return command;
    }

    private static Task RemoveAsync(ParseResult arguments, PluginDirectories directories, CancellationToken cancellationToken)
    {
        var name = arguments.GetValue(Name)!;
        var plugin = directories.Find(name, arguments.GetValue(PluginsOptions.Directory))
            ?? throw new InstallationException($"{name} was not installed by `filterhost plugins install`, and is left alone", ExitCode.Usage);
        using var _ = VersionedPlugin.Lock(plugin.Folder.Parent!);
        if (arguments.GetValue(Version) is { } version)
        {
            plugin.Remove(version);
            Console.WriteLine($"{name} {version} removed");
            return Task.CompletedTask;
        }
        if (directories.UsersOf(name) is [_, ..] users)
            throw new InstallationException($"{name} is in use: {string.Join(", ", users.Select(user => user.Table.Locate("plugin")))}; take the table out of the settings and reload first", ExitCode.Configuration);
        plugin.Remove();
        Console.WriteLine($"{name} removed with all its versions");
        return Task.CompletedTask;
    }
}
