using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using McMaster.NETCore.Plugins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>The code of one version of a plugin in a load context of its own. It is counted: with the last release the context is unloaded.</summary>
internal sealed class PluginCode
{
    // Held strongly for as long as the plugin is in use: a loader that is collected unloads its context.
    private PluginLoader? _loader;
    private Type? _pluginType;
    private Type? _settingsType;
    private int _users = 1;

    private PluginCode(DirectoryInfo folder, string hash, PluginLoader loader, Type pluginType)
    {
        (Name, Folder, ContentHash, _loader, _pluginType) = (folder.Name, folder.FullName, hash, loader, pluginType);
        _settingsType = CreatePlugin().SettingsType;
        Version = pluginType.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? pluginType.Assembly.GetName().Version!.ToString();
        Context = new WeakReference(System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(pluginType.Assembly));
    }

    public string Name { get; }

    /// <summary>The folder that the administrator knows, not the copy.</summary>
    public string Folder { get; }

    public string ContentHash { get; }

    public string Version { get; }

    /// <summary>The load context, for watching that it is collected.</summary>
    public WeakReference Context { get; }

    public Type SettingsType => _settingsType ?? throw new ObjectDisposedException(Name);

    private Type PluginType => _pluginType ?? throw new ObjectDisposedException(Name);

    /// <summary>Loads the copy of a plugin.</summary>
    public static PluginCode? Load(DirectoryInfo folder, string mainAssembly, string hash, [NotNullWhen(false)] out string? problem)
    {
        PluginLoader? loader = null;
        try
        {
            loader = PluginLoader.CreateFromAssemblyFile(
                mainAssembly,
                isUnloadable: true,
                sharedTypes: [typeof(FilterPlugin), typeof(IServiceCollection), typeof(ILogger)],
                config => config.IsLazyLoaded = true);
            var candidates = loader.LoadDefaultAssembly().GetExportedTypes().Where(type => type.IsSubclassOf(typeof(FilterPlugin)) && !type.IsAbstract).ToArray();
            problem = ProblemOf(candidates);
            if (problem is null)
                return new PluginCode(folder, hash, loader, candidates[0]);
            problem = $"plugin {folder.Name} {problem}";
        }
        catch (TargetInvocationException exception)
        {
            problem = $"plugin {folder.Name} threw in the constructor of its plugin class: {exception.GetBaseException().Message}";
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or TypeLoadException or ReflectionTypeLoadException or MissingMethodException or InvalidOperationException or NotSupportedException)
        {
            var cause = exception is ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } ? first.Message : exception.Message;
            problem = $"plugin {folder.Name} cannot be loaded: {cause}";
        }
        loader?.Dispose();
        return null;
    }

    /// <summary>A new plugin object for a table.</summary>
    public FilterPlugin CreatePlugin() => (FilterPlugin)Activator.CreateInstance(PluginType)!;

    /// <summary>Counts one more user; false where the code is unloaded already.</summary>
    public bool TryAcquire()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
        return false;
    }

    /// <summary>One user less.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        _pluginType = null;
        _settingsType = null;
        _loader?.Dispose();
        _loader = null;
    }

    private static string? ProblemOf(Type[] candidates) => candidates switch
    {
        [] => "is no plugin: its assembly has no public class that derives from FilterPlugin<TSettings>",
        [var only] when only.GetConstructor(Type.EmptyTypes) is null => $"has a class {only.Name} without a public constructor that takes nothing",
        [_] => null,
        _ => $"has several plugin classes ({string.Join(", ", candidates.Select(type => type.Name))}); a plugin has one",
    };
}
