using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Plugins;
using FilterHost.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

/// <summary>Plugins loaded from their built folders, on settings of a test's own.</summary>
internal sealed class LoadedPlugins : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhpl");

    public string Folder => _folder.FullName;

    public ProblemList Problems { get; } = new();

    public Generation? Generation { get; private set; }

    public static string PluginFolder { get; } = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/host/debug/plugins");

    /// <summary>A file beside the settings, readable by its owner alone.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Builds the generation of these tables; no listener is needed here, so one without filters stands in.</summary>
    public async Task<LoadedPlugins> BuildAsync(string tables, string listener = "[[listener]]\nsocket = \"unix:s\"\nfilters = []\n", TimeProvider? time = null)
    {
        var path = Write("filterhost.toml", $"state_directory = \"state\"\nplugin_directories = [\"{PluginFolder}\"]\n{tables}\n{listener}");
        var settings = SettingsFile.Load(path, Problems)!;
        if (Problems.HasErrors)
            return this;
        var catalog = new PluginCatalog(settings.Host.PluginDirectories, settings.Host.StateDirectory, NullLogger.Instance);
        Generation = await new GenerationBuilder(settings, catalog, Problems, NullLoggerFactory.Instance, time ?? TimeProvider.System).BuildAsync(TestContext.Current.CancellationToken);
        if (Generation is not null)
            await Generation.StartAsync(TestContext.Current.CancellationToken);
        return this;
    }

    public T Service<T>()
        where T : class => Generation!.Instances.First(instance => instance.Provided.Contains(typeof(T))).GetService<T>();

    /// <summary>Gives the plugins back.</summary>
    public async Task UnloadAsync()
    {
        if (Generation is not null)
            await Generation.DisposeAsync();
        Generation = null;
    }

    public async ValueTask DisposeAsync()
    {
        await UnloadAsync();
        _folder.Delete(recursive: true);
    }
}
