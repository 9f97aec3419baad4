using System.CommandLine;

namespace FilterHost.Commands;

/// <summary><c>filterhost plugins list</c>.</summary>
internal static class PluginsCommand
{
    public static Command Create()
    {
        var list = new Command("list", "List the plugins in the plugin folders, and what is wrong with those that cannot be loaded.");
        list.SetAction(List);
        return new Command("plugins", "Plugins.") { list };
    }

    private static int List(ParseResult arguments)
    {
        var preparation = Preparation.ReadSettingsIfAny(arguments);
        var catalog = preparation.CreateCatalog();
        var found = catalog.Names().Select(name => (Name: name, Code: catalog.Load(name, Environment.CurrentDirectory, out var problem), Problem: problem)).ToArray();
        if (arguments.GetValue(CommandLine.Json))
            JsonOutput.Write(writer =>
            {
                writer.WriteStartArray("plugins");
                foreach (var (name, code, problem) in found)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", name);
                    writer.WriteString("version", code?.Version);
                    writer.WriteString("folder", code?.Folder);
                    writer.WriteString("problem", code is null ? problem : null);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
        else
            foreach (var (name, code, problem) in found)
                Console.WriteLine(code is null ? $"{name}: {problem}" : $"{name} {code.Version} ({code.Folder})");
        foreach (var (_, code, _) in found)
            code?.Release();
        return found.All(plugin => plugin.Code is not null) && !preparation.Problems.HasErrors ? ExitCode.Ok : ExitCode.Configuration;
    }
}
