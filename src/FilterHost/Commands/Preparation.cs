using System.CommandLine;
using FilterHost.Daemon;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Plugins;
using FilterHost.Logging;
using Microsoft.Extensions.Logging;

namespace FilterHost.Commands;

/// <summary>What most commands begin with: the settings read, the plugins loaded, everything checked, and the problems said.</summary>
internal sealed class Preparation : IAsyncDisposable
{

    private PluginCatalog? _catalog;

    private Preparation(ProblemList problems, ILoggerFactory loggers) => (Problems, Loggers) = (problems, loggers);

    public ProblemList Problems { get; }

    /// <summary>False where the process is not who the settings say, for a reason that is among the problems.</summary>
    public bool MayLoadPlugins { get; private set; } = true;

    public ILoggerFactory Loggers { get; }

    /// <summary>What the log leaves out.</summary>
    public LogThreshold Threshold { get; private init; } = new(LogLevel.Information);

    public LoadedSettings? Settings { get; private set; }

    public Generation? Generation { get; private set; }

    /// <summary>Prepares a command. Problems are collected, not printed: those of the settings, of the plugins and of what the plugins check, all of them.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <param name="level">The least severe messages to log, in place of the settings' own.</param>
    /// <param name="runsChecks">False leaves out what the plugins check themselves, for commands that mend it.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public static async Task<Preparation> CreateAsync(ParseResult arguments, CancellationToken cancellationToken, LogLevel? level = null, bool runsChecks = true, TimeProvider? time = null)
    {
        var preparation = ReadSettings(arguments, level);
        await preparation.BuildAsync(cancellationToken, runsChecks, time);
        return preparation;
    }

    /// <summary>Becomes the user of the settings, then loads the plugins and checks everything.</summary>
    public async Task BuildAsync(CancellationToken cancellationToken, bool runsChecks = true, TimeProvider? time = null)
    {
        if (Settings is { } settings && PrivilegeDrop.Run(settings, Problems))
            Generation = await new GenerationBuilder(settings, Catalog(), Problems, Loggers, time ?? TimeProvider.System).BuildAsync(cancellationToken, runsChecks);
    }

    /// <summary>Reads the settings only.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="level">The least severe messages to log, in place of the settings' own.</param>
    /// <param name="isHost">True for the host itself, whose log goes where the settings say.</param>
    public static Preparation ReadSettings(ParseResult arguments, LogLevel? level = null, bool isHost = false)
    {
        var path = SettingsFile.Find(arguments.GetValue(CommandLine.Config));
        if (path is not null)
            return Load(path, level, isHost);
        var preparation = new Preparation(new ProblemList(), HostLog.ToStderr(level ?? LogLevel.Information));
        preparation.Problems.Error($"there is no settings file: name one with --config, or make {string.Join(" or ", SettingsFile.UsualPlaces)}");
        return preparation;
    }

    /// <summary>For commands that need no settings file, since all they want of one is where the plugins are: a file that is there is read, and what is wrong with it is said.</summary>
    public static Preparation ReadSettingsIfAny(ParseResult arguments)
    {
        if (SettingsFile.Find(arguments.GetValue(CommandLine.Config)) is not { } path)
            return new Preparation(new ProblemList(), HostLog.ToStderr(LogLevel.Warning));
        var preparation = Load(path, LogLevel.Warning);
        preparation.MayLoadPlugins = preparation.Settings is not { } settings || PrivilegeDrop.Run(settings, preparation.Problems);
        preparation.PrintProblems();
        return preparation;
    }

    /// <summary>The plugins in the folders that the settings name, else in the usual ones.</summary>
    public PluginCatalog Catalog()
    {
        var host = Settings?.Host ?? new HostSettings();
        return _catalog ??= new PluginCatalog(MayLoadPlugins ? host.PluginDirectories : [], host.StateDirectory, Loggers.CreateLogger("FilterHost.Plugins"));
    }

    private static Preparation Load(string path, LogLevel? level, bool isHost = false)
    {
        var problems = new ProblemList();
        var settings = Read(path, problems);
        var threshold = new LogThreshold(level ?? settings?.Host.LogLevel ?? LogLevel.Information);
        var log = isHost && settings is not null ? HostLog.Of(settings.Host, Environment.GetEnvironmentVariable, threshold) : HostLog.ToStderr(threshold.Level);
        return new Preparation(problems, log) { Settings = settings, Threshold = threshold };
    }

    /// <summary>Reads a settings file, with what its unnamed folders are.</summary>
    public static LoadedSettings? Read(string path, ProblemList problems) => SettingsFile.Load(path, problems) is { } loaded ? ServiceFolders.Place(loaded) : null;

    /// <summary>The same for the text that a settings file would hold.</summary>
    public static LoadedSettings? ReadText(string text, string path, ProblemList problems) => SettingsFile.LoadText(text, path, problems) is { } loaded ? ServiceFolders.Place(loaded) : null;

    /// <summary>Prints the problems to standard error.</summary>
    public void PrintProblems()
    {
        foreach (var problem in Problems.Ordered())
            Console.Error.WriteLine($"filterhost: {problem}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Generation is not null)
            await Generation.DisposeAsync();
        Loggers.Dispose();
    }
}
