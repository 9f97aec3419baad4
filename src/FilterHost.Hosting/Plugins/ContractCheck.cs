using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// Checks, before anything is loaded, that every type and member of a shared assembly which a plugin's assemblies use is there in the host's copy, and that they bring what is not shared.
/// A miss found here is a clear refusal; found later it is a half-loaded plugin.
/// </summary>
internal sealed class ContractCheck
{
    private static readonly string Contract = typeof(FilterPlugin).Assembly.GetName().Name!;

    /// <summary>Assemblies that host and plugins share.</summary>
    public static IReadOnlyList<string> SharedAssemblies { get; } = [Contract, typeof(IServiceCollection).Assembly.GetName().Name!, typeof(ILogger).Assembly.GetName().Name!];

    private readonly string _plugin;
    private readonly ILogger _logger;
    private readonly FileInfo[] _files;
    private readonly HashSet<string> _brought;

    private ContractCheck(string plugin, DirectoryInfo folder, ILogger logger)
    {
        (_plugin, _logger) = (plugin, logger);
        _files = [.. folder.EnumerateFiles("*.dll", SearchOption.AllDirectories).Where(file => !IsShared(NameOf(file))).OrderBy(file => file.FullName, StringComparer.Ordinal)];
        _brought = [.. _files.Select(NameOf)];
    }

    /// <summary>Why the folder must not be loaded, as the end of a sentence that begins with the plugin; null where it may be.</summary>
    /// <param name="plugin">The plugin's name, which is that of its main assembly.</param>
    /// <param name="folder">Its assemblies.</param>
    /// <param name="logger">Takes what refuses nothing.</param>
    public static string? Refusal(string plugin, DirectoryInfo folder, ILogger logger)
    {
        var check = new ContractCheck(plugin, folder, logger);
        return check._files.Select(check.RefusalOf).FirstOrDefault(refusal => refusal is not null);
    }

    public static bool IsShared(string assembly) => SharedAssemblies.Contains(assembly, StringComparer.Ordinal);

    /// <summary>The shared assemblies that a plugin's folder has for itself. They are ignored.</summary>
    public static IEnumerable<string> SharedAmong(DirectoryInfo folder) =>
        folder.EnumerateFiles("*.dll", SearchOption.AllDirectories).Where(file => IsShared(NameOf(file))).Select(file => file.Name);

    private static string NameOf(FileInfo file) => Path.GetFileNameWithoutExtension(file.Name);

    private bool IsMain(FileInfo file) => file.Name == $"{_plugin}.dll";

    private string? RefusalOf(FileInfo file)
    {
        var isMain = IsMain(file);
        try
        {
            using var stream = file.OpenRead();
            using var image = new PEReader(stream);
            if (!image.HasMetadata)
                return isMain ? $"is no plugin: {file.Name} is no .NET assembly" : null;
            return (isMain ? ForeignArchitecture(file, image.PEHeaders) : null) ?? RefusalOf(file, image.GetMetadataReader());
        }
        catch (BadImageFormatException exception)
        {
            return $"is damaged: {file.Name}: {exception.Message}";
        }
    }

    private static string? ForeignArchitecture(FileInfo file, PEHeaders headers)
    {
        var architecture = headers.CoffHeader.Machine switch
        {
            // What the compiler writes for "any" as well.
            Machine.I386 when headers.CorHeader!.Flags.HasFlag(CorFlags.Requires32Bit) && !headers.CorHeader.Flags.HasFlag(CorFlags.Prefers32Bit) => Architecture.X86,
            Machine.Amd64 => Architecture.X64,
            Machine.Arm64 => Architecture.Arm64,
            // Others stand for a system too (compiled ahead of time), where the runtime knows best.
            _ => RuntimeInformation.ProcessArchitecture,
        };
        return architecture == RuntimeInformation.ProcessArchitecture ? null : $"is for another machine: {file.Name} is built for {architecture}, the host runs on {RuntimeInformation.ProcessArchitecture}";
    }

    private string? RefusalOf(FileInfo file, MetadataReader reader)
    {
        foreach (var handle in reader.AssemblyReferences)
        {
            var reference = reader.GetAssemblyReference(handle);
            if (RefusalOf(file, reader.GetString(reference.Name), reference.Version) is { } refusal)
                return refusal;
        }
        if (MissingMember(reader) is not var (assembly, member))
            return null;
        var wanted = reader.AssemblyReferences.Select(reader.GetAssemblyReference).First(reference => reader.GetString(reference.Name) == assembly).Version;
        return $"does not fit this host: {file.Name} was built against {assembly} {wanted.ToString(2)}, the host has {HostAssembly.Of(assembly).Version.ToString(2)}, which lacks {member}";
    }

    private string? RefusalOf(FileInfo file, string name, Version wanted)
    {
        if (_brought.Contains(name))
            return null;
        // A newer minor version only has more, and what it has more is looked for one by one.
        if (name == Contract && wanted.Major > HostAssembly.Of(name).Version.Major)
            return $"needs another host: {file.Name} was built against {name} {wanted.ToString(2)}, the host has {HostAssembly.Of(name).Version.ToString(2)}";
        if (HostAssembly.IsOfRuntime(name) && wanted.Major > HostAssembly.Of(name).Version.Major)
            return $"needs a newer .NET: {file.Name} uses {name} {wanted.ToString(2)}, the host runs on {RuntimeInformation.FrameworkDescription}";
        return HostAssembly.IsPrivate(name) ? Lacks(file, name, wanted) : null;
    }

    // The runtime falls back on what the host has for itself. A library may do without one of its own, which only shows when it runs.
    private string? Lacks(FileInfo file, string name, Version wanted)
    {
        if (IsMain(file))
            return $"lacks a library: {file.Name} uses {name} {wanted.ToString(2)}, which is not in the plugin's folder; the host does not lend its own";
        _logger.LogWarning("plugin {Plugin} lacks a library: {File} uses {Name} {Version}, which is not in the plugin's folder; if it is needed, the host's own copy is used, whatever its version",
            _plugin, file.Name, name, wanted.ToString(2));
        return null;
    }

    private (string Assembly, string Member)? MissingMember(MetadataReader reader)
    {
        foreach (var handle in reader.TypeReferences)
        {
            if (SharedOf(reader, handle) is { } assembly && HostAssembly.Of(assembly).Find(SignatureText.NameOf(reader, handle)) is null)
                return (assembly, $"the type {SignatureText.NameOf(reader, handle)}");
        }
        foreach (var member in reader.MemberReferences.Select(reader.GetMemberReference))
        {
            if (TypeOf(reader, member.Parent) is not { } type || SharedOf(reader, type) is not { } assembly)
                continue;
            var (name, signature) = (SignatureText.NameOf(reader, type), SignatureText.Of(reader, member));
            if (HostAssembly.Of(assembly).Find(name)?.HasMember(reader.GetString(member.Name), signature) is false)
                return (assembly, $"{name}: {signature}");
        }
        return OrphanOverride(reader);
    }

    // The runtime takes an override of what is not there for a new method, and the plugin would run without it.
    private (string Assembly, string Member)? OrphanOverride(MetadataReader reader)
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            if (SharedBaseOf(reader, handle) is not { } shared || new MetadataType(reader, handle, [], Find).OrphanOverride() is not { } method)
                continue;
            return (SharedOf(reader, shared)!, $"{SignatureText.NameOf(reader, shared)}: {method}, which {SignatureText.NameOf(reader, handle)} overrides");
        }
        return null;
    }

    /// <summary>The first base of a type that is another assembly's, where that is a shared one.</summary>
    private static TypeReferenceHandle? SharedBaseOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle).BaseType;
        if (type.Kind is HandleKind.TypeSpecification)
            type = SignatureText.GenericOf(reader, (TypeSpecificationHandle)type, [])?.Type ?? default;
        return type switch
        {
            { IsNil: true } => null,
            { Kind: HandleKind.TypeDefinition } => SharedBaseOf(reader, (TypeDefinitionHandle)type),
            { Kind: HandleKind.TypeReference } when SharedOf(reader, (TypeReferenceHandle)type) is not null => (TypeReferenceHandle)type,
            _ => null,
        };
    }

    private MetadataType? Find(string assembly, string name) =>
        !_brought.Contains(assembly) && (IsShared(assembly) || HostAssembly.IsOfRuntime(assembly)) ? HostAssembly.Of(assembly).Find(name) : null;

    private static string? SharedOf(MetadataReader reader, TypeReferenceHandle type) =>
        SignatureText.AssemblyOf(reader, type) is { } assembly && IsShared(assembly) ? assembly : null;

    private static TypeReferenceHandle? TypeOf(MetadataReader reader, EntityHandle parent)
    {
        // FilterPlugin<TSettings> and other generic types: the definition is what the host must have.
        if (parent.Kind is HandleKind.TypeSpecification)
            parent = SignatureText.GenericOf(reader, (TypeSpecificationHandle)parent, [])?.Type ?? default;
        return parent.Kind is HandleKind.TypeReference ? (TypeReferenceHandle)parent : null;
    }
}
