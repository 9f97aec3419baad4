using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;

namespace FilterHost.Hosting.Plugins;

/// <summary>A type as metadata has it, in a plugin or in the host.</summary>
/// <param name="reader">The metadata.</param>
/// <param name="handle">The type.</param>
/// <param name="arguments">What stands for its type parameters; empty leaves them open.</param>
/// <param name="find">Finds a type by the names of assembly and type; null where that cannot be known.</param>
internal sealed class MetadataType(MetadataReader reader, TypeDefinitionHandle handle, ImmutableArray<string> arguments, Func<string, string, MetadataType?> find)
{
    private readonly TypeDefinition _type = reader.GetTypeDefinition(handle);

    /// <summary>
    /// True where the type, or one that it derives from, has the member; true as well where a base cannot be known. Compilers name the type that declares a member, but need not.
    /// </summary>
    public bool HasMember(string name, string signature) =>
        Declares(name, signature) || Bases().Any(type => type is null || type.HasMember(name, signature));

    /// <summary>A method that overrides one which no base has: the base is older than the one that this was compiled against, and nobody would ever call it.</summary>
    public string? OrphanOverride()
    {
        var named = _type.GetMethodImplementations().Select(implementation => reader.GetMethodImplementation(implementation).MethodBody).ToHashSet();
        foreach (var method in _type.GetMethods())
        {
            var definition = reader.GetMethodDefinition(method);
            // What fills a slot by name is among the references to members.
            if (IsOverride(definition) && !named.Contains(method) && !IsInBase(reader.GetString(definition.Name), SignatureText.Of(reader, definition, arguments)))
                return SignatureText.Of(reader, definition, arguments);
        }
        return null;
    }

    private static bool IsOverride(MethodDefinition method) =>
        (method.Attributes & (MethodAttributes.Virtual | MethodAttributes.NewSlot | MethodAttributes.Static)) == MethodAttributes.Virtual
        // A delegate's methods are the runtime's.
        && (method.ImplAttributes & MethodImplAttributes.Runtime) == 0;

    private bool IsInBase(string name, string signature) => Bases().Any(type => type is null || type.HasMember(name, signature));

    private bool Declares(string name, string signature)
    {
        foreach (var method in _type.GetMethods().Select(reader.GetMethodDefinition))
        {
            if (reader.StringComparer.Equals(method.Name, name) && SignatureText.Of(reader, method, arguments) == signature)
                return true;
        }
        foreach (var field in _type.GetFields().Select(reader.GetFieldDefinition))
        {
            if (reader.StringComparer.Equals(field.Name, name) && SignatureText.Of(reader, field, arguments) == signature)
                return true;
        }
        return false;
    }

    private IEnumerable<MetadataType?> Bases()
    {
        if (!_type.BaseType.IsNil)
            yield return BaseOf(_type.BaseType, arguments);
        // A member of an interface may be referred to through one that extends it.
        if ((_type.Attributes & TypeAttributes.Interface) == 0)
            yield break;
        foreach (var implementation in _type.GetInterfaceImplementations())
            yield return BaseOf(reader.GetInterfaceImplementation(implementation).Interface, arguments);
    }

    private MetadataType? BaseOf(EntityHandle type, ImmutableArray<string> context) => BaseOf(type, context, []);

    private MetadataType? BaseOf(EntityHandle type, ImmutableArray<string> context, ImmutableArray<string> given)
    {
        switch (type.Kind)
        {
            case HandleKind.TypeDefinition:
                return new MetadataType(reader, (TypeDefinitionHandle)type, given, find);
            case HandleKind.TypeReference:
                return SignatureText.AssemblyOf(reader, (TypeReferenceHandle)type) is { } assembly
                    ? find(assembly, SignatureText.NameOf(reader, (TypeReferenceHandle)type))?.With(given)
                    : null;
            case HandleKind.TypeSpecification:
                return SignatureText.GenericOf(reader, (TypeSpecificationHandle)type, context) is var (generic, generics) ? BaseOf(generic, context, generics) : null;
            default:
                return null;
        }
    }

    private MetadataType With(ImmutableArray<string> given) => given.IsEmpty ? this : new MetadataType(reader, handle, given, find);
}
