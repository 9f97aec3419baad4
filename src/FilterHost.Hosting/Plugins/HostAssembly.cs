using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.InteropServices;

namespace FilterHost.Hosting.Plugins;

/// <summary>The types of an assembly as the host has it, read from the metadata that the process has mapped anyway: once, however many plugins are checked against it.</summary>
internal sealed class HostAssembly
{
    private static readonly ConcurrentDictionary<string, HostAssembly> Known = new(StringComparer.Ordinal);

    // The plugins' host is made of these and of the runtime's own; what else it has is private to it.
    private static readonly HashSet<string> Trusted =
    [
        .. ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator).Select(path => Path.GetFileNameWithoutExtension(path)!),
    ];

    private readonly MetadataReader _reader;
    private readonly Dictionary<string, TypeDefinitionHandle> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _forwarded = new(StringComparer.Ordinal);

    private unsafe HostAssembly(Assembly assembly)
    {
        // Mapped for as long as the assembly is loaded, which the host's own are until the end.
        if (!assembly.TryGetRawMetadata(out var blob, out var length))
            throw new InvalidOperationException($"{assembly} has no metadata");
        _reader = new MetadataReader(blob, length);
        Version = assembly.GetName().Version!;
        foreach (var type in _reader.TypeDefinitions)
            _types[SignatureText.NameOf(_reader, type)] = type;
        foreach (var handle in _reader.ExportedTypes)
        {
            var type = _reader.GetExportedType(handle);
            if (type.Implementation.Kind is HandleKind.AssemblyReference)
                _forwarded[SignatureText.NameOf(_reader, type)] = _reader.GetString(_reader.GetAssemblyReference((AssemblyReferenceHandle)type.Implementation).Name);
        }
    }

    public Version Version { get; }

    /// <summary>An assembly that the host shares or that the runtime brings.</summary>
    public static HostAssembly Of(string name) => Known.GetOrAdd(name, static name => new HostAssembly(Assembly.Load(new AssemblyName(name))));

    /// <summary>True for an assembly of the runtime. Where the host is published with its runtime in one folder, its own count as such too.</summary>
    public static bool IsOfRuntime(string name) => Trusted.Contains(name) && File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), $"{name}.dll"));

    /// <summary>True for an assembly that the host has for itself. A plugin that does not bring it would get the host's, whatever its version.</summary>
    public static bool IsPrivate(string name) => Trusted.Contains(name) && !IsOfRuntime(name) && !ContractCheck.SharedAssemblies.Contains(name, StringComparer.Ordinal);

    /// <summary>The type of that name (nested ones with a plus), here or where it was moved to.</summary>
    public MetadataType? Find(string name)
    {
        if (_types.TryGetValue(name, out var type))
            return new MetadataType(_reader, type, [], static (assembly, name) => Of(assembly).Find(name));
        // Types nested in a moved one have moved with it.
        var outer = name.Split('+')[0];
        return _forwarded.TryGetValue(outer, out var assembly) ? Of(assembly).Find(name) : null;
    }
}
