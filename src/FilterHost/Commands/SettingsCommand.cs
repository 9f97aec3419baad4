using System.CommandLine;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Commands;

/// <summary><c>filterhost settings</c>: every key with its meaning, type and default.</summary>
internal static class SettingsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("plugin") { Description = "A plugin's name. Without it: the host's own keys.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("settings", "Print the settings of the host or of a plugin as commented TOML.") { name };
        command.SetAction(arguments => Print(arguments, arguments.GetValue(name)));
        return command;
    }

    private static int Print(ParseResult arguments, string? plugin)
    {
        if (plugin is null)
        {
            PrintHost(arguments);
            return ExitCode.Ok;
        }
        var preparation = Preparation.ReadSettings(arguments);
        var host = preparation.Settings?.Host ?? new HostSettings();
        var catalog = new PluginCatalog(host.PluginDirectories, host.StateDirectory, preparation.Loggers.CreateLogger("FilterHost.Plugins"));
        if (catalog.Load(plugin, Environment.CurrentDirectory, out var problem) is not { } code)
        {
            Console.Error.WriteLine($"filterhost: {problem}");
            return ExitCode.NoInput;
        }
        Console.Write(arguments.GetValue(CommandLine.Json)
            ? SettingsSchema.Of(code.SettingsType)
            : SettingsReference.AsToml(code.SettingsType, $"# Plugin {code.Name}. The table is [filter.NAME] or [service.NAME], with plugin = \"{code.Name}\" and the host's own keys."));
        code.Release();
        return ExitCode.Ok;
    }

    private static void PrintHost(ParseResult arguments)
    {
        if (arguments.GetValue(CommandLine.Json))
        {
            Console.Write(SettingsSchema.Of(typeof(HostSettings)));
            return;
        }
        Console.Write(SettingsReference.AsToml(typeof(HostSettings)));
        Console.WriteLine();
        Console.WriteLine("# The host's own keys in every [filter.NAME] and [service.NAME]:");
        Console.Write(SettingsReference.AsToml(typeof(InstanceHostSettings)));
        Console.WriteLine();
        Console.Write(SettingsReference.AsToml(typeof(ListenerSettings), "[[listener]]"));
    }
}
