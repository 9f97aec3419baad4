namespace FilterHost;

/// <summary>
/// Documents one key of a settings record and bounds it. The key is the property's name in snake case; the default is what the property's initializer gives, and a
/// <c>required</c> property is a required key. Types: string, bool, integers, double, enums (in snake case), <see cref="TimeSpan"/> (<c>"10s"</c>), <see cref="ByteSize"/> (<c>"64k"</c>),
/// <see cref="FileInfo"/> and <see cref="DirectoryInfo"/> (relative to the file that names them), <see cref="DomainName"/>, <see cref="System.Net.IPEndPoint"/>,
/// <see cref="System.Net.IPNetwork"/>, <see cref="Secret"/>, records of the same kind, and lists or string-keyed dictionaries of all of these.
/// </summary>
/// <param name="text">Meaning, effect, unit and what goes wrong, as the settings reference prints it.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string text) : Attribute
{
    /// <summary>Meaning, effect, unit and what goes wrong.</summary>
    public string Text { get; } = text;

    /// <summary>The least value of a number, in the unit of the setting (seconds for a <see cref="TimeSpan"/>, octets for a <see cref="ByteSize"/>).</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest value of a number.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>A value to show in the reference where the default says too little, as TOML writes it.</summary>
    public string? Example { get; init; }
}
