namespace FilterHost;

/// <summary>Marks an interface that plugins offer each other, and names the settings' key that chooses its provider.</summary>
/// <param name="key">The key in the user's table: <c>resolver</c>.</param>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class ServiceContractAttribute(string key) : Attribute
{
    /// <summary>The key in the user's table.</summary>
    public string Key { get; } = key;
}
