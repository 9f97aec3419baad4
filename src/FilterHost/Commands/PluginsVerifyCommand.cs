using System.CommandLine;
using FilterHost.Verification;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins verify FOLDER</c>.</summary>
internal static class PluginsVerifyCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The plugin's folder, which has the name of its assembly." };
    private static readonly Option<string?> Settings = new("--settings") { Description = "A file with the lines of the plugin's table, or the lines themselves." };
    private static readonly Option<bool> LoadOnly = new("--load-only") { Description = "Check the folder, load the plugin and look at its settings record, but do not run it." };

    public static Command Create()
    {
        var command = new Command("verify", "Check a plugin: contract, libraries, settings, a battery of messages, unloading. The report can be pasted. Exit code 65 where something failed, 78 where the settings are wrong.") { Folder, Settings, LoadOnly };
        command.SetAction((arguments, _) => RunAsync(arguments));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments)
    {
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(arguments.GetValue(Folder)!)));
        // As every command that loads a plugin, not as root where the settings name another user.
        await using var preparation = Preparation.ReadSettingsIfAny(arguments);
        if (!preparation.MayLoadPlugins)
            return ExitCode.Configuration;
        if (!folder.Exists)
        {
            await Console.Error.WriteLineAsync($"filterhost: there is no folder {folder.FullName}, or it cannot be read");
            return ExitCode.NoInput;
        }
        var work = Directory.CreateTempSubdirectory("filterhost-verify-");
        try
        {
            return await RunAsync(arguments, folder, work);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"filterhost: {folder.FullName} cannot be read: {exception.Message}");
            return ExitCode.NoInput;
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(ParseResult arguments, DirectoryInfo folder, DirectoryInfo work)
    {
        var plugin = new PluginFiles(folder.Name, folder);
        var report = new VerificationReport(arguments.GetValue(CommandLine.Json)) { Name = plugin.Name, Folder = folder.FullName, Contract = plugin.Contract };
        report.Begin();
        using var log = new VerificationLog();
        var verification = new PluginVerification(plugin, arguments.GetValue(Settings), report, log, work);
        var isPlugin = await report.RunAsync("folder", () => FolderOf(plugin));
        if (isPlugin.Outcome is not StepOutcome.Failed)
            await verification.RunAsync(isWhole: !arguments.GetValue(LoadOnly));
        report.End();
        return verification.AreSettingsWrong ? ExitCode.Configuration : report.Failures > 0 ? ExitCode.Data : ExitCode.Ok;
    }

    private static StepResult FolderOf(PluginFiles plugin)
    {
        if (plugin.Main.Exists)
            return StepResult.Ok($"{plugin.Files.Count} files, {plugin.Files.Sum(file => file.Length) / 1024} kB");
        var lists = plugin.Folder.EnumerateFiles("*.deps.json").Select(file => file.Name[..^".deps.json".Length]).ToArray();
        return StepResult.Failed($"there is no {plugin.Main.Name} in it: a plugin's folder has the name of its assembly{(lists is [var name] ? $", here {name}" : "")}");
    }
}
