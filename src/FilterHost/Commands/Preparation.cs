using System.CommandLine;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Plugins;
using FilterHost.Logging;
using Microsoft.Extensions.Logging;

namespace FilterHost.Commands;

/// <summary>What most commands begin with: the settings read, the plugins loaded, everything checked, and the problems said.</summary>
internal sealed class Preparation : IAsyncDisposable
{
    private Preparation(ProblemList problems, ILoggerFactory loggers) => (Problems, Loggers) = (problems, loggers);

    public ProblemList Problems { get; }

    public ILoggerFactory Loggers { get; private set; }

    public LoadedSettings? Settings { get; private set; }

    public Generation? Generation { get; private set; }

    /// <summary>Prepares a command. Problems are collected, not printed: those of the settings, of the plugins and of what the plugins check, all of them.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <param name="level">The least severe messages to log, in place of the settings' own.</param>
    /// <param name="runsChecks">False leaves out what the plugins check themselves, for commands that mend it.</param>
    public static async Task<Preparation> CreateAsync(ParseResult arguments, CancellationToken cancellationToken, LogLevel? level = null, bool runsChecks = true)
    {
        var preparation = ReadSettings(arguments, level);
        if (preparation.Settings is { } settings)
            preparation.Generation = await new GenerationBuilder(settings, preparation.CreateCatalog(), preparation.Problems, preparation.Loggers, TimeProvider.System)
                .BuildAsync(cancellationToken, runsChecks);
        return preparation;
    }

    /// <summary>Reads the settings only.</summary>
    public static Preparation ReadSettings(ParseResult arguments, LogLevel? level = null)
    {
        var path = SettingsFile.Find(arguments.GetValue(CommandLine.Config));
        if (path is not null)
            return Load(path, level);
        var preparation = new Preparation(new ProblemList(), StderrLogging.Create(level ?? LogLevel.Information));
        preparation.Problems.Error($"there is no settings file: name one with --config, or make {string.Join(" or ", SettingsFile.UsualPlaces)}");
        return preparation;
    }

    /// <summary>For commands that need no settings file, since all they want of one is where the plugins are: a file that is there is read, and what is wrong with it is said.</summary>
    public static Preparation ReadSettingsIfAny(ParseResult arguments)
    {
        if (SettingsFile.Find(arguments.GetValue(CommandLine.Config)) is not { } path)
            return new Preparation(new ProblemList(), StderrLogging.Create(LogLevel.Warning));
        var preparation = Load(path, LogLevel.Warning);
        preparation.PrintProblems();
        return preparation;
    }

    /// <summary>The plugins in the folders that the settings name, else in the usual ones.</summary>
    public PluginCatalog CreateCatalog()
    {
        var host = Settings?.Host ?? new HostSettings();
        return new PluginCatalog(host.PluginDirectories, host.StateDirectory, Loggers.CreateLogger("FilterHost.Plugins"));
    }

    private static Preparation Load(string path, LogLevel? level)
    {
        var problems = new ProblemList();
        var settings = SettingsFile.Load(path, problems);
        return new Preparation(problems, StderrLogging.Create(level ?? settings?.Host.LogLevel ?? LogLevel.Information)) { Settings = settings };
    }

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
