using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What plugin instances keep for one connection.</summary>
internal sealed class ConnectionStates
{
    private Dictionary<PluginInstance, ConnectionStateValues>? _values;

    public ConnectionStateValues For(PluginInstance instance)
    {
        _values ??= [];
        if (!_values.TryGetValue(instance, out var values))
            _values[instance] = values = new ConnectionStateValues();
        return values;
    }

    public void Clear() => _values = null;
}
