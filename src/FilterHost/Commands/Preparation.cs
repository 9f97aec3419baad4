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

    /// <summary>Prepares a command. Problems are collected, not printed.</summary>
    public static async Task<Preparation> CreateAsync(ParseResult arguments, CancellationToken cancellationToken, LogLevel? level = null)
    {
        var preparation = ReadSettings(arguments, level);
        if (preparation.Settings is not { } settings || preparation.Problems.HasErrors)
            return preparation;
        var catalog = new PluginCatalog(settings.Host.PluginDirectories, settings.Host.StateDirectory, preparation.Loggers.CreateLogger("FilterHost.Plugins"));
        preparation.Generation = await new GenerationBuilder(settings, catalog, preparation.Problems, preparation.Loggers, TimeProvider.System)
            .BuildAsync(cancellationToken);
        return preparation;
    }

    /// <summary>Reads the settings only.</summary>
    public static Preparation ReadSettings(ParseResult arguments, LogLevel? level = null)
    {
        var problems = new ProblemList();
        var path = SettingsFile.Find(arguments.GetValue(CommandLine.Config));
        if (path is null)
            problems.Error($"there is no settings file: name one with --config, or make {string.Join(" or ", SettingsFile.UsualPlaces)}");
        var settings = path is null ? null : SettingsFile.Load(path, problems);
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
