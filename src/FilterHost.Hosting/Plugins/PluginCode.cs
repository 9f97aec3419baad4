using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using McMaster.NETCore.Plugins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>The code of one version of a plugin in a load context of its own. It is counted: with the last release the context is unloaded.</summary>
internal sealed class PluginCode
{
    // Held strongly for as long as the plugin is in use: a loader that is collected unloads its context.
    private PluginLoader? _loader;
    private IDisposable? _hold;
    private Type? _pluginType;
    private Type? _settingsType;
    private int _users = 1;

    private PluginCode(string name, string? folder, string hash, PluginLoader? loader, IDisposable? hold, Type pluginType)
    {
        (Name, Folder, ContentHash, _loader, _hold, _pluginType) = (name, folder, hash, loader, hold, pluginType);
        _settingsType = CreatePlugin().SettingsType;
        Version = pluginType.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? pluginType.Assembly.GetName().Version!.ToString();
        Context = new WeakReference(AssemblyLoadContext.GetLoadContext(pluginType.Assembly));
        IsPermanent = pluginType.Assembly.GetCustomAttribute<CannotUnloadAttribute>() is not null;
    }

    /// <summary>The last user has gone, and the code is on its way out of memory.</summary>
    public event Action<PluginCode>? Released;

    public string Name { get; }

    /// <summary>The folder that the administrator knows, not the copy; null for a plugin that comes with the host.</summary>
    public string? Folder { get; }

    public string ContentHash { get; }

    public string Version { get; }

    /// <summary>The load context, for watching that it is collected.</summary>
    public WeakReference Context { get; }

    /// <summary>True for code that says that it cannot be unloaded (<see cref="CannotUnloadAttribute"/>).</summary>
    public bool IsPermanent { get; }

    public Type SettingsType => _settingsType ?? throw new ObjectDisposedException(Name);

    private Type PluginType => _pluginType ?? throw new ObjectDisposedException(Name);

    /// <summary>Loads the copy of a plugin.</summary>
    /// <param name="folder">The folder that was copied.</param>
    /// <param name="mainAssembly">The main assembly of the copy.</param>
    /// <param name="hash">The content's.</param>
    /// <param name="hold">What keeps the copy; disposed with the last release.</param>
    /// <param name="problem">Why it cannot be loaded.</param>
    public static PluginCode? Load(DirectoryInfo folder, string mainAssembly, string hash, IDisposable hold, [NotNullWhen(false)] out string? problem)
    {
        PluginLoader? loader = null;
        try
        {
            loader = PluginLoader.CreateFromAssemblyFile(
                mainAssembly,
                isUnloadable: !CannotUnload(mainAssembly),
                sharedTypes: [typeof(FilterPlugin), typeof(IServiceCollection), typeof(ILogger)],
                config => config.IsLazyLoaded = true);
            var assembly = loader.LoadDefaultAssembly();
            AssemblyLoadContext.GetLoadContext(assembly)!.Resolving += ShareNewer;
            var candidates = assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(FilterPlugin)) && !type.IsAbstract).ToArray();
            problem = ProblemOf(candidates);
            if (problem is null)
            {
                var code = new PluginCode(folder.Name, folder.FullName, hash, loader, hold, candidates[0]);
                problem = SettingsRecordCheck.ProblemOf(code.SettingsType);
                if (problem is null)
                    return code;
            }
            problem = $"plugin {folder.Name} {problem}";
        }
        catch (TargetInvocationException exception)
        {
            problem = $"plugin {folder.Name} threw in the constructor of its plugin class: {exception.GetBaseException().Message}";
        }
        // Looking at a plugin may fail in as many ways as running it.
        catch (Exception exception)
        {
            var cause = exception is ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } ? first : exception.GetBaseException();
            problem = $"plugin {folder.Name} cannot be loaded: {cause.Message}";
        }
        loader?.Dispose();
        return null;
    }

    /// <summary>The code of a plugin that comes with the host. It has no load context of its own and is never unloaded.</summary>
    public static PluginCode BuiltIn<TPlugin>(string name)
        where TPlugin : FilterPlugin, new() => new(name, null, "", null, null, typeof(TPlugin));

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
        _hold?.Dispose();
        _hold = null;
        Released?.Invoke(this);
    }

    // Looked up in the file, since the kind of the load context has to be known before anything is loaded.
    private static bool CannotUnload(string mainAssembly)
    {
        using var image = new PEReader(File.OpenRead(mainAssembly));
        var reader = image.GetMetadataReader();
        return reader.GetAssemblyDefinition().GetCustomAttributes().Select(handle => reader.GetCustomAttribute(handle).Constructor).Any(IsDeclaration);

        bool IsDeclaration(EntityHandle constructor) =>
            constructor.Kind is HandleKind.MemberReference
            && reader.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent
            && reader.GetTypeReference((TypeReferenceHandle)parent) is var type
            && reader.StringComparer.Equals(type.Name, nameof(CannotUnloadAttribute))
            && reader.StringComparer.Equals(type.Namespace, nameof(FilterHost));
    }

    // The runtime takes no older version of an assembly than the one asked for. Everything that the plugin uses of it is there, which has been checked.
    private static Assembly? ShareNewer(AssemblyLoadContext context, AssemblyName name) =>
        ContractCheck.IsShared(name.Name!) ? Assembly.Load(new AssemblyName(name.Name!)) : null;

    private static string? ProblemOf(Type[] candidates) => candidates switch
    {
        [] => "is no plugin: its assembly has no public class that derives from FilterPlugin<TSettings>",
        [var only] when only.GetConstructor(Type.EmptyTypes) is null => $"has a class {only.Name} without a public constructor that takes nothing",
        [_] => null,
        _ => $"has several plugin classes ({string.Join(", ", candidates.Select(type => type.Name))}); a plugin has one",
    };
}
