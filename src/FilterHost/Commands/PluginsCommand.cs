using System.CommandLine;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins</c>.</summary>
internal static class PluginsCommand
{
    public static Command Create() => new("plugins", "Plugins: list, verify, install, choose a version, remove.")
    {
        PluginsListCommand.Create(), PluginsVerifyCommand.Create(), PluginsInstallCommand.Create(), PluginsUseCommand.Create(), PluginsRemoveCommand.Create(),
    };
}
