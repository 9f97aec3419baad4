using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace FilterHost.Hosting.Plugins;

/// <summary>The types and members of a shared assembly as the host has it, by the text of their signatures.</summary>
internal sealed class SharedAssemblyMembers
{
    private readonly Dictionary<string, (string? Base, HashSet<string> Members)> _types = new(StringComparer.Ordinal);

    private SharedAssemblyMembers(Version version) => Version = version;

    public Version Version { get; }

    public static SharedAssemblyMembers Of(string name)
    {
        var assembly = Assembly.Load(new AssemblyName(name));
        var members = new SharedAssemblyMembers(assembly.GetName().Version!);
        using var stream = File.OpenRead(assembly.Location);
        using var image = new PEReader(stream);
        var reader = image.GetMetadataReader();
        foreach (var handle in reader.TypeDefinitions)
            members.Add(reader, handle);
        return members;
    }

    public bool HasType(string name) => _types.ContainsKey(name);

    /// <summary>True where the type, or one of this assembly that it derives from, has the member. Compilers name the type that declares a member, so a base elsewhere gives none.</summary>
    public bool HasMember(string type, string member)
    {
        for (string? current = type; current is not null && _types.TryGetValue(current, out var entry); current = entry.Base)
        {
            if (entry.Members.Contains(member))
                return true;
        }
        return false;
    }

    private void Add(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in type.GetMethods())
            members.Add(SignatureText.Of(reader, reader.GetMethodDefinition(method)));
        foreach (var field in type.GetFields())
            members.Add(SignatureText.Of(reader, reader.GetFieldDefinition(field)));
        _types[SignatureText.NameOf(reader, handle)] = (BaseOf(reader, type.BaseType), members);
    }

    private static string? BaseOf(MetadataReader reader, EntityHandle handle) => handle switch
    {
        // An interface has none.
        { IsNil: true } => null,
        { Kind: HandleKind.TypeDefinition } => SignatureText.NameOf(reader, (TypeDefinitionHandle)handle),
        _ => null,
    };
}
