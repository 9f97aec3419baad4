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

    /// <summary>Forgets what instances keep that the connection has left.</summary>
    public void KeepOnly(IReadOnlySet<PluginInstance> instances)
    {
        foreach (var gone in _values?.Keys.Where(instance => !instances.Contains(instance)).ToArray() ?? [])
            _values!.Remove(gone);
    }

    public void Clear() => _values = null;
}
