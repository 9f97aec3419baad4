using System.Diagnostics.CodeAnalysis;
using System.Net;
using FilterHost.Milter;

namespace FilterHost.Hosting.Configuration;

/// <summary>What the type of a settings property is to the settings file.</summary>
internal static class SettingType
{
    private static readonly HashSet<Type> Scalars =
    [
        typeof(string), typeof(bool), typeof(double), typeof(float), typeof(TimeSpan), typeof(ByteSize), typeof(FileInfo), typeof(DirectoryInfo),
        typeof(DomainName), typeof(IPAddress), typeof(IPEndPoint), typeof(IPNetwork), typeof(Secret), typeof(MilterAddress),
        typeof(HostPattern), typeof(MacroCondition),
    ];

    /// <summary>The type without its nullable wrapping: null is only the default, never a value of the file.</summary>
    public static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>True for a whole number; gives the bounds of the type.</summary>
    public static bool IsInteger(Type type, out long minimum, out long maximum)
    {
        (minimum, maximum) = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => (0, -1),
            TypeCode.Byte => (byte.MinValue, byte.MaxValue),
            TypeCode.SByte => (sbyte.MinValue, sbyte.MaxValue),
            TypeCode.Int16 => (short.MinValue, short.MaxValue),
            TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
            TypeCode.Int32 => (int.MinValue, int.MaxValue),
            TypeCode.UInt32 => (uint.MinValue, uint.MaxValue),
            TypeCode.Int64 => (long.MinValue, long.MaxValue),
            // A TOML integer ends there (TOML 1.0, "Integer").
            TypeCode.UInt64 => (0, long.MaxValue),
            _ => (0, -1),
        };
        return minimum <= maximum;
    }

    /// <summary>True for what one value of the file gives, or a reference to a secret.</summary>
    public static bool IsScalar(Type type) => type.IsEnum || IsInteger(type, out _, out _) || Scalars.Contains(type);

    /// <summary>True for a list; gives the type of its items.</summary>
    public static bool IsList(Type type, [NotNullWhen(true)] out Type? item)
    {
        item = type.IsSZArray ? type.GetElementType() : null;
        if (type.IsGenericType && IsListInterface(type.GetGenericTypeDefinition()))
            item = type.GetGenericArguments()[0];
        return item is not null;
    }

    /// <summary>True for a dictionary with string keys; gives the type of its values.</summary>
    public static bool IsDictionary(Type type, [NotNullWhen(true)] out Type? value)
    {
        value = type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) || type.GetGenericTypeDefinition() == typeof(IDictionary<,>))
            && type.GetGenericArguments()[0] == typeof(string)
                ? type.GetGenericArguments()[1]
                : null;
        return value is not null;
    }

    /// <summary>True for a record of settings: a class of which at least one property is documented.</summary>
    public static bool IsRecord(Type type) => type.IsClass && !type.IsAbstract && SettingKey.Of(type).Count > 0;

    /// <summary>The values of an enum as the file writes them.</summary>
    public static IEnumerable<string> EnumNames(Type type) => Enum.GetNames(type).Select(SettingKey.InSnakeCase);

    private static bool IsListInterface(Type definition) =>
        definition == typeof(IReadOnlyList<>) || definition == typeof(IReadOnlyCollection<>) || definition == typeof(IEnumerable<>) || definition == typeof(IList<>);
}
