using FilterHost;

namespace PluginNamespace;

/// <summary>The keys of the filter's table in the settings file, in snake case there.</summary>
public sealed record StemSettings
{
    /// <summary>What every message is greeted with.</summary>
    [Setting("The text of the X-Greeting field.")]
    public string Greeting { get; init; } = "Hello";
}
