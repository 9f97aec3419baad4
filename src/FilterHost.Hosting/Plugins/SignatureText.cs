using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace FilterHost.Hosting.Plugins;

/// <summary>Members as text, alike on the side that defines them and on the side that refers to them.</summary>
internal sealed class SignatureText : ISignatureTypeProvider<string, ImmutableArray<string>>
{
    private static readonly SignatureText Provider = new();

    public static string Of(MetadataReader reader, MemberReference member)
    {
        var name = reader.GetString(member.Name);
        return member.GetKind() is MemberReferenceKind.Method
            ? MethodText(name, member.DecodeMethodSignature(Provider, []))
            : $"{member.DecodeFieldSignature(Provider, [])} {name}";
    }

    public static string Of(MetadataReader reader, MethodDefinition method, ImmutableArray<string> typeArguments) =>
        MethodText(reader.GetString(method.Name), method.DecodeSignature(Provider, typeArguments));

    public static string Of(MetadataReader reader, FieldDefinition field, ImmutableArray<string> typeArguments) =>
        $"{field.DecodeSignature(Provider, typeArguments)} {reader.GetString(field.Name)}";

    /// <summary>The generic type that is given arguments, and those; null for an array and the like.</summary>
    public static (EntityHandle Type, ImmutableArray<string> Arguments)? GenericOf(MetadataReader reader, TypeSpecificationHandle handle, ImmutableArray<string> context)
    {
        var signature = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() is not SignatureTypeCode.GenericTypeInstance)
            return null;
        // Class or value type.
        signature.ReadSignatureTypeCode();
        var type = signature.ReadTypeHandle();
        var decoder = new SignatureDecoder<string, ImmutableArray<string>>(Provider, reader, context);
        var arguments = ImmutableArray.CreateBuilder<string>();
        for (var left = signature.ReadCompressedInteger(); left > 0; left--)
            arguments.Add(decoder.DecodeType(ref signature));
        return (type, arguments.ToImmutable());
    }

    /// <summary>The assembly that a type is looked for in; null where that is the module itself.</summary>
    public static string? AssemblyOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            HandleKind.TypeReference => AssemblyOf(reader, (TypeReferenceHandle)scope),
            _ => null,
        };
    }

    public static string NameOf(MetadataReader reader, ExportedType type) => Qualified(reader.GetString(type.Namespace), reader.GetString(type.Name));

    public static string NameOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{NameOf(reader, outer)}+{name}" : Qualified(reader.GetString(type.Namespace), name);
    }

    public static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind is HandleKind.TypeReference
            ? $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : Qualified(reader.GetString(type.Namespace), name);
    }

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetByReferenceType(string elementType) => $"{elementType}&";

    public string GetFunctionPointerType(MethodSignature<string> signature) => MethodText("*", signature);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(",", typeArguments)}>";

    public string GetGenericMethodParameter(ImmutableArray<string> genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(ImmutableArray<string> genericContext, int index) => genericContext.IsEmpty ? $"!{index}" : genericContext[index];

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => $"{unmodifiedType} mod({modifier})";

    public string GetPinnedType(string elementType) => elementType;

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => NameOf(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => NameOf(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, ImmutableArray<string> genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    // What follows the parameters of a vararg method is the caller's.
    private static string MethodText(string name, MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "" : "static ")}{signature.ReturnType} {name}{(signature.GenericParameterCount == 0 ? "" : $"`{signature.GenericParameterCount}")}({string.Join(",", signature.ParameterTypes.Take(signature.RequiredParameterCount))})";

    private static string Qualified(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";
}
