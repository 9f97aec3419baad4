namespace FilterHost;

/// <summary>The states of one connection and plugin instance, by type. Plugins use <see cref="ConnectionState{T}"/>.</summary>
public sealed class ConnectionStateValues
{
    private readonly Dictionary<Type, object> _values = [];

    internal T Get<T>()
        where T : class, new()
    {
        lock (_values)
        {
            if (!_values.TryGetValue(typeof(T), out var value))
                _values[typeof(T)] = value = new T();
            return (T)value;
        }
    }
}
