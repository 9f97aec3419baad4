using System.CommandLine;

namespace FilterHost.Commands;

/// <summary>The command line: what stands where, and what it does.</summary>
internal static class CommandLine
{
    /// <summary>The settings file, for every command.</summary>
    public static Option<string?> Config { get; } = new("--config", "-c")
    {
        Description = "The settings file. Default: ./filterhost.toml, then /etc/filterhost/filterhost.toml.",
        Recursive = true,
    };

    /// <summary>Machine-readable output, for every command.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON instead of text.", Recursive = true };

    public static async Task<int> InvokeAsync(string[] args)
    {
        var root = Root();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"filterhost: {error.Message}");
            await Console.Error.WriteLineAsync("filterhost: see filterhost --help");
            return ExitCode.Usage;
        }
        // The host ends by its own rules, not after the two seconds of the library.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("A mail filter host: DKIM and more for Postfix and Sendmail, by plugins.") { Config, Json };
        root.SetAction(RunCommand.RunAsync);
        root.Add(RunCommand.Create());
        root.Add(ReloadCommand.Create());
        root.Add(CheckCommand.Create());
        root.Add(FilterCommand.Create());
        root.Add(KeysCommand.Create());
        root.Add(PluginsCommand.Create());
        root.Add(SettingsCommand.Create());
        root.Add(PostfixCommand.Create());
        root.Add(SendmailCommand.Create());
        root.Add(ImportCommand.Create());
        root.Add(CompareCommand.Create());
        root.Add(VersionCommand.Create());
        root.Add(WorkerCommand.Create());
        return root;
    }
}
