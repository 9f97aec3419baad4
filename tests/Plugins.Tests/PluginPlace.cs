using System.Collections.Concurrent;
using FilterHost.Hosting.Plugins;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace FilterHost.Plugins.Tests;

/// <summary>A folder for plugins that a test compiles, a state directory, and the log of what loads them.</summary>
internal sealed class PluginPlace : IDisposable, ILogger
{
    /// <summary>A settings record S with one key.</summary>
    public const string Settings = "using FilterHost; public sealed record S { [Setting(\"x\")] public string Text { get; init; } = \"\"; }\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhpp");

    public string Folder => _folder.FullName;

    public DirectoryInfo State => new(Path.Combine(Folder, "state"));

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>A plugin class P with that body of Configure, and what stands beside it.</summary>
    public static string Plugin(string configure, string more = "") =>
        $"{Settings}public sealed class P : FilterPlugin<S> {{ public override void Configure(IPluginBuilder builder, S settings) {{ {configure} }} }}\n{more}";

    public PluginCatalog Catalog(TimeProvider? time = null) => new([], State, this, time);

    /// <summary>Compiles a plugin against the contract that the tests run on, and gives its folder.</summary>
    public string Write(string name, string source) => Write(name, source, PluginSource.Contract);

    public string Write(string name, string source, params MetadataReference[] references) => PluginSource.Write(Folder, name, PluginSource.Compile(name, source, references));

    /// <summary>Loads a plugin that must load.</summary>
    public PluginCode Load(string folder) => Load(Catalog(), folder);

    public static PluginCode Load(PluginCatalog catalog, string folder)
    {
        var code = catalog.Load(folder, "/", out var problem);
        Assert.True(code is not null, problem);
        return code;
    }

    /// <summary>Why a plugin is not loaded.</summary>
    public string ProblemOf(string folder)
    {
        var code = Catalog().Load(folder, "/", out var problem);
        code?.Release();
        Assert.Null(code);
        return problem!;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Log.Enqueue($"{logLevel}: {formatter(state, exception)}");

    public void Dispose() => _folder.Delete(recursive: true);
}
