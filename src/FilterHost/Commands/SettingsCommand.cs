using System.CommandLine;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Commands;

/// <summary><c>filterhost settings</c>: every key with its meaning, type and default.</summary>
internal static class SettingsCommand
{
    private static readonly Argument<string?> Plugin = new("plugin") { Description = "A plugin's name. Without it: the host's own keys.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> Markdown = new("--markdown") { Description = "Print a page of tables: the plugin's, or the host's and every plugin's." };

    public static Command Create()
    {
        var command = new Command("settings", "Print the settings of the host or of a plugin as commented TOML; with --json as JSON Schema, of the whole file where no plugin is named.") { Plugin, Markdown };
        command.SetAction(Print);
        return command;
    }

    private static int Print(ParseResult arguments)
    {
        var wanted = arguments.GetValue(Plugin);
        var (isJson, isPage) = (arguments.GetValue(CommandLine.Json), arguments.GetValue(Markdown));
        if (wanted is null && !isJson && !isPage)
        {
            PrintHost();
            return ExitCode.Ok;
        }
        using var plugins = new PluginRecords(Preparation.ReadSettingsIfAny(arguments).Catalog(), wanted);
        foreach (var problem in plugins.Problems)
            Console.Error.WriteLine($"filterhost: {problem}");
        if (wanted is not null && plugins.Records.Count == 0)
            return ExitCode.Usage;
        if (isPage)
            Console.Write(wanted is null ? SettingsPage.Of(plugins.Records) : SettingsReference.AsMarkdown(plugins.Records.Values.Single()));
        else if (isJson)
            Console.WriteLine(wanted is null ? SettingsSchema.OfFile(plugins.Records) : SettingsSchema.Of(plugins.Records.Values.Single()));
        else
            PrintPlugin(plugins.Records.Single());
        return plugins.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Configuration;
    }

    private static void PrintPlugin(KeyValuePair<string, Type> plugin) => Console.Write(SettingsReference.AsToml(
        plugin.Value,
        $"# Plugin {plugin.Key}. The table is [filter.NAME] or [service.NAME], with plugin = \"{plugin.Key}\" and the host's own keys."));

    private static void PrintHost()
    {
        Console.Write(SettingsReference.AsToml(typeof(HostSettings)));
        Console.WriteLine();
        Console.WriteLine("# The host's own keys in every [filter.NAME] and [service.NAME]:");
        Console.Write(SettingsReference.AsToml(typeof(InstanceHostSettings)));
        Console.WriteLine();
        Console.Write(SettingsReference.AsToml(typeof(ListenerSettings), "[[listener]]"));
    }
}
