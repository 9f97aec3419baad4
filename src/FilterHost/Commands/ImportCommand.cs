using System.CommandLine;
using System.CommandLine.Parsing;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Import;

namespace FilterHost.Commands;

/// <summary><c>filterhost import opendkim|opendmarc</c>: settings from the files of OpenDKIM and OpenDMARC.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string[]> Words = new("FILE")
    {
        Description = "The configuration file, by default that in /etc. Behind -- the daemon's own flags, which override it: -- -p inet:8891@localhost.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> WithOpenDmarc = new("--with-opendmarc") { Description = "An opendmarc.conf, whose part goes into the same host and listener." };
    private static readonly Option<string?> Output = new("--output", "-o") { Description = "The file to write (mode 0640) in place of standard output. One that is there stays, unless --force." };
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file of --output." };
    private static readonly Option<string?> User = new("--user", "-u") { Description = "The user that the host will run as. Default: UserID of the file, else filterhost where there is such a user." };
    private static readonly Option<string?> Copies = new("--copy-keys") { Description = "A folder for copies of the keys (mode 0600, of the host's user where this runs as root). The originals stay." };
    private static readonly Option<string?> Unit = new("--unit") { Description = "The daemon's systemd unit, for its flags, user and working directory. Default: the one that is installed, if the file is the daemon's usual one." };
    private static readonly Option<string?> Defaults = new("--defaults") { Description = "The file of SOCKET=, USER=, PIDFILE= and DAEMON_OPTS= in /etc/default, which init scripts read." };
    private static readonly Option<string?> Folder = new("--working-directory") { Description = "What relative paths are relative to where BaseDirectory is not set. Default: that of the unit, else the present one." };
    private static readonly Option<bool> Run = new("--run") { Description = "Start the host straight from the file, in the background unless the daemon would stay in the foreground (-f): for a shim in the daemon's place." };
    private static readonly Option<bool> ListOptions = new("--list-options") { Description = "Print every option of the daemon and what becomes of it." };

    public static Command Create() => new("import", "Make settings of the configuration of OpenDKIM or OpenDMARC, or run straight from it.")
    {
        Create(DaemonOptions.OpenDkim),
        Create(DaemonOptions.OpenDmarc),
    };

    /// <summary>The settings that an import of <c>--run</c> comes to now; null where it comes to none, for reasons that are among the problems.</summary>
    /// <param name="words">The words of its command line.</param>
    /// <param name="path">The file that its settings were written to, which they are named by.</param>
    /// <param name="problems">Where problems go.</param>
    public static LoadedSettings? ReadAgain(string[] words, string path, ProblemList problems)
    {
        var arguments = Create().Parse(words);
        var options = arguments.CommandResult.Command.Name == DaemonOptions.OpenDkim.Program ? DaemonOptions.OpenDkim : DaemonOptions.OpenDmarc;
        var (files, flags) = Split(arguments);
        return Import(arguments, options, files.FirstOrDefault(), DaemonFlags.Parse(options, flags), problems) is { } imported && !problems.HasErrors
            ? Preparation.ReadText(imported.Text, path, problems)
            : null;
    }

    private static Command Create(DaemonOptions options)
    {
        var command = new Command(options.Program, $"Make settings that do what {options.Product} does by its configuration file, with a comment for each option that has no counterpart.")
        {
            Words, Output, Force, User, Copies, Unit, Defaults, Folder, Run, ListOptions,
        };
        if (options == DaemonOptions.OpenDkim)
            command.Add(WithOpenDmarc);
        command.SetAction((arguments, _) => ImportAsync(arguments, options));
        return command;
    }

    private static async Task<int> ImportAsync(ParseResult arguments, DaemonOptions options)
    {
        if (arguments.GetValue(ListOptions))
            return PrintOptions(arguments, options);
        var (files, words) = Split(arguments);
        var flags = DaemonFlags.Parse(options, words);
        if (flags.Problem is not null || files.Length > 1 || (files.Length == 1 && flags.File is not null))
            return Refuse(flags.Problem ?? "name one file");
        if (flags.PrintsVersion)
            return VersionCommand.Print(arguments);
        var problems = new ProblemList();
        var imported = Import(arguments, options, files.Length == 1 ? files[0] : null, flags, problems);
        foreach (var problem in problems.Ordered())
            Console.Error.WriteLine($"filterhost: {problem}");
        if (flags.OnlyChecks)
            return problems.HasErrors ? ExitCode.Configuration : ExitCode.Ok;
        if (arguments.GetValue(Run))
            return imported is null || problems.HasErrors ? ExitCode.Configuration : await DaemonShim.RunAsync(options, imported, WordsOf(arguments, options), imported.IsInBackground && !flags.StaysInForeground);
        return imported is null || !Deliver(arguments, imported) || problems.HasErrors ? ExitCode.Configuration : ExitCode.Ok;
    }

    // From the name of the daemon on.
    private static string[] WordsOf(ParseResult arguments, DaemonOptions options) =>
        [.. arguments.Tokens.SkipWhile(token => token.Type != TokenType.Command || token.Value != options.Program).Select(token => token.Value)];

    // What stands behind -- is the daemon's.
    private static (string[] Files, string[] Flags) Split(ParseResult arguments)
    {
        var words = arguments.GetValue(Words) ?? [];
        var behind = arguments.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Count();
        return (words[..^behind], words[^behind..]);
    }

    private static ImportedSettings? Import(ParseResult arguments, DaemonOptions options, string? file, DaemonFlags flags, ProblemList problems)
    {
        var configuration = Read(arguments, options, file, flags, problems);
        var second = options == DaemonOptions.OpenDkim && arguments.GetValue(WithOpenDmarc) is { } path ? Read(arguments, DaemonOptions.OpenDmarc, path, null, problems) : null;
        if (configuration is null)
            return null;
        var wish = new ImportOptions { User = arguments.GetValue(User), KeyCopies = arguments.GetValue(Copies) };
        var imported = options == DaemonOptions.OpenDkim ? SettingsImport.Run(configuration, second, wish, problems) : SettingsImport.Run(null, configuration, wish, problems);
        CheckAccess(imported, configuration, problems);
        return imported;
    }

    private static DaemonConfiguration? Read(ParseResult arguments, DaemonOptions options, string? file, DaemonFlags? flags, ProblemList problems)
    {
        var usual = $"/etc/{options.Program}.conf";
        var path = flags?.File ?? file ?? usual;
        var isMain = flags is not null;
        // A shim is started by the service manager with all that counts on its command line.
        var looksAround = Path.GetFullPath(path) == usual && !arguments.GetValue(Run);
        var service = ServiceFiles.Read(options, isMain ? arguments.GetValue(Unit) : null, isMain ? arguments.GetValue(Defaults) : null, looksAround, problems);
        var folder = Path.GetFullPath(arguments.GetValue(Folder) ?? service.WorkingDirectory ?? ".");
        if (new DaemonConfigurationReader(options, problems).Read(path, folder) is not { } configuration)
            return null;
        if (service.User is { } user && configuration.Text("UserID") is null)
            configuration.Set(new DaemonSetting(options.Find("UserID")!, user, new SettingLocation(service.Files[0], 1, 1, "User")));
        var ofService = DaemonFlags.Parse(options, service.Flags);
        if (ofService.Problem is { } problem)
            problems.Warning($"the service's command line: {problem}", new SettingLocation(service.Files[0], 1, 1, ""));
        ofService.Apply(configuration, problems);
        flags?.Apply(configuration, problems);
        return configuration;
    }

    private static void CheckAccess(ImportedSettings imported, DaemonConfiguration configuration, ProblemList problems)
    {
        var name = imported.User ?? (UnixUser.Find("filterhost") is null ? Environment.UserName : "filterhost");
        if (UnixUser.Find(name) is { } user)
            new AccessList(user, problems).Run(imported.Files, configuration.Options.Find("RequireSafeKeys") is not null && configuration.Flag("RequireSafeKeys"));
        else
            problems.Warning($"there is no user {name}, so it was not checked whether the host can read keys and tables; name it with --user");
    }

    private static bool Deliver(ParseResult arguments, ImportedSettings imported)
    {
        if (arguments.GetValue(Output) is not { } path)
        {
            Console.Out.Write(imported.Text);
            return true;
        }
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        try
        {
            if (arguments.GetValue(Force))
                File.Delete(path);
            // CreateNew follows no link that somebody has laid there.
            using var file = new StreamWriter(new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }));
            file.Write(imported.Text);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"filterhost: cannot write {path}: {(File.Exists(path) ? "it is there already; --force overwrites it" : FileText.Reason(exception))}");
            return false;
        }
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine($"filterhost: {problem}");
        return ExitCode.Usage;
    }

    private static int PrintOptions(ParseResult arguments, DaemonOptions options)
    {
        if (!arguments.GetValue(CommandLine.Json))
        {
            foreach (var option in options.All)
                Console.WriteLine($"{option.Name} ({option.Type.ToString().ToLowerInvariant()}{(option.Default is { } usual ? $", {usual}" : "")}): {FateOf(option)}{option.Note}");
            return ExitCode.Ok;
        }
        JsonOutput.Write(writer =>
        {
            writer.WriteStartArray("options");
            foreach (var option in options.All)
            {
                writer.WriteStartObject();
                writer.WriteString("name", option.Name);
                writer.WriteString("type", option.Type.ToString().ToLowerInvariant());
                writer.WriteString("default", option.Default);
                writer.WriteString("fate", option.Fate.ToString().ToLowerInvariant());
                writer.WriteString("note", option.Note);
                writer.WriteBoolean("loud", option.IsLoud);
                writer.WriteBoolean("other_builds", option.IsOfOtherBuilds);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
        return ExitCode.Ok;
    }

    private static string FateOf(DaemonOption option) => option.Fate switch
    {
        OptionFate.Carried => "carried over: ",
        OptionFate.Obsolete => "obsolete: ",
        OptionFate.Dropped => "not carried over: ",
        _ => "",
    };
}
