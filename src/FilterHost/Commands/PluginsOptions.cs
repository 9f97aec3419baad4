using System.CommandLine;
using FilterHost.Hosting.Configuration;
using FilterHost.Installation;

namespace FilterHost.Commands;

/// <summary>What the commands that change the folders of plugins have in common.</summary>
internal static class PluginsOptions
{
    public static Option<string?> Directory { get; } = new("--directory") { Description = "The folder of plugins. Default: the first of plugin_directories that can be written to, or that has the plugin." };

    public static Option<bool> Reload { get; } = new("--reload") { Description = "Have the running host reload." };

    /// <summary>Runs a command on the folders; says what is refused, reloads, or says that a reload is needed.</summary>
    public static async Task<int> RunAsync(ParseResult arguments, Func<ParseResult, PluginDirectories, CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        // The folders may be root's: the command does not become the host's user, and loads no plugin.
        var path = SettingsFile.Find(arguments.GetValue(CommandLine.Config));
        var settings = path is null ? null : Preparation.Read(path, problems);
        if (problems.HasErrors)
        {
            foreach (var problem in problems.Ordered())
                await Console.Error.WriteLineAsync($"filterhost: {problem}");
            return ExitCode.Configuration;
        }
        try
        {
            await change(arguments, new PluginDirectories(settings), cancellationToken);
        }
        catch (InstallationException refusal)
        {
            await Console.Error.WriteLineAsync($"filterhost: {refusal.Message}");
            return refusal.Code;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"filterhost: {exception.Message}");
            return ExitCode.CannotCreate;
        }
        if (arguments.GetValue(Reload))
            return await ReloadCommand.ReloadAsync(arguments, cancellationToken);
        Console.WriteLine("a running host goes on as it is until: filterhost reload");
        return ExitCode.Ok;
    }
}
