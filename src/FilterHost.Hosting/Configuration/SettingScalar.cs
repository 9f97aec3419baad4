namespace FilterHost.Hosting.Configuration;

/// <summary>A string, whole number, number, true or false; a date or time has no value here, since no setting takes one.</summary>
internal sealed class SettingScalar(object? value, SettingLocation location, SettingLocation valueLocation) : SettingNode(location, valueLocation)
{
    /// <summary>A string, long, double or bool, or null for a date or time.</summary>
    public object? Value { get; } = value;

    public override string Kind => Value switch
    {
        string => "a string",
        long => "a whole number",
        double => "a number",
        bool => "true or false",
        _ => "a date or time",
    };
}
