using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// Checks, before anything is loaded, that every type and member of a shared assembly which a plugin's assemblies use is there in the host's copy.
/// A miss found here is a clear refusal; found later it is a half-loaded plugin.
/// </summary>
internal sealed class ContractCheck
{
    /// <summary>Assemblies that host and plugins share.</summary>
    public static IReadOnlyList<string> SharedAssemblies { get; } =
    [
        typeof(FilterPlugin).Assembly.GetName().Name!,
        typeof(IServiceCollection).Assembly.GetName().Name!,
        typeof(ILogger).Assembly.GetName().Name!,
    ];

    private readonly Dictionary<string, SharedAssemblyMembers> _shared = new(StringComparer.Ordinal);

    /// <summary>Why the folder must not be loaded, as the end of a sentence that begins with the plugin; null where it may be.</summary>
    /// <param name="plugin">The plugin's name, which is that of its main assembly.</param>
    /// <param name="folder">Its assemblies.</param>
    /// <param name="logger">Takes what refuses nothing.</param>
    public static string? Refusal(string plugin, DirectoryInfo folder, ILogger logger)
    {
        var check = new ContractCheck();
        foreach (var file in folder.EnumerateFiles("*.dll", SearchOption.AllDirectories))
        {
            if (SharedAssemblies.Contains(Path.GetFileNameWithoutExtension(file.Name), StringComparer.Ordinal))
            {
                logger.LogWarning("plugin {Plugin} has its own {File}, which is ignored: the host's copy is used. Reference the contract without copying it", plugin, file.Name);
                continue;
            }
            if (check.RefusalOf(file, isMain: file.Name == $"{plugin}.dll") is { } refusal)
                return refusal;
        }
        return null;
    }

    private string? RefusalOf(FileInfo file, bool isMain)
    {
        try
        {
            using var stream = file.OpenRead();
            using var image = new PEReader(stream);
            if (!image.HasMetadata)
                return isMain ? $"is no plugin: {file.Name} is no .NET assembly" : null;
            return RefusalOf(file, image.GetMetadataReader());
        }
        catch (BadImageFormatException exception)
        {
            return $"is damaged: {file.Name}: {exception.Message}";
        }
    }

    private string? RefusalOf(FileInfo file, MetadataReader reader)
    {
        foreach (var handle in reader.AssemblyReferences)
        {
            var reference = reader.GetAssemblyReference(handle);
            var name = reader.GetString(reference.Name);
            if (SharedAssemblies.Contains(name, StringComparer.Ordinal) && MissingMember(reader, handle, SharedOf(name)) is { } member)
                return $"does not fit this host: {file.Name} was built against {name} {reference.Version.ToString(2)}, the host has {SharedOf(name).Version.ToString(2)}, which lacks {member}";
            // The runtime refuses a reference to a higher version than the one that is there, whatever members it has.
            if (SharedAssemblies.Contains(name, StringComparer.Ordinal) && reference.Version > SharedOf(name).Version)
                return $"needs a newer host: {file.Name} was built against {name} {reference.Version.ToString(2)}, the host has {SharedOf(name).Version.ToString(2)}";
        }
        return null;
    }

    private SharedAssemblyMembers SharedOf(string name)
    {
        if (!_shared.TryGetValue(name, out var members))
            _shared[name] = members = SharedAssemblyMembers.Of(name);
        return members;
    }

    private static string? MissingMember(MetadataReader reader, AssemblyReferenceHandle assembly, SharedAssemblyMembers shared)
    {
        foreach (var handle in reader.TypeReferences)
        {
            if (NameOf(reader, handle, assembly) is { } name && !shared.HasType(name))
                return $"the type {name}";
        }
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (TypeOf(reader, member.Parent, assembly) is { } type && !shared.HasMember(type, SignatureText.Of(reader, member)))
                return $"{type}.{SignatureText.Of(reader, member)}";
        }
        return null;
    }

    private static string? TypeOf(MetadataReader reader, EntityHandle parent, AssemblyReferenceHandle assembly)
    {
        switch (parent.Kind)
        {
            case HandleKind.TypeReference:
                return NameOf(reader, (TypeReferenceHandle)parent, assembly);
            case HandleKind.TypeSpecification:
                // FilterPlugin<TSettings> and other generic types: the definition is what the host must have.
                var signature = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
                if (signature.ReadSignatureTypeCode() is not SignatureTypeCode.GenericTypeInstance)
                    return null;
                signature.ReadSignatureTypeCode();
                var generic = signature.ReadTypeHandle();
                return generic.Kind is HandleKind.TypeReference ? NameOf(reader, (TypeReferenceHandle)generic, assembly) : null;
            default:
                return null;
        }
    }

    private static string? NameOf(MetadataReader reader, TypeReferenceHandle handle, AssemblyReferenceHandle assembly)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind is HandleKind.TypeReference)
            return NameOf(reader, (TypeReferenceHandle)type.ResolutionScope, assembly) is { } outer ? $"{outer}+{name}" : null;
        if (type.ResolutionScope != assembly)
            return null;
        var space = reader.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}
