namespace FilterHost;

/// <summary>One <typeparamref name="T"/> per SMTP connection and plugin instance, injectable in connection and message filters.</summary>
/// <typeparam name="T">The plugin's own type; made when first asked for.</typeparam>
public sealed class ConnectionState<T>
    where T : class, new()
{
    /// <summary>The state of the connection in hand.</summary>
    /// <param name="values">Where the host keeps the states of the connection, by type.</param>
    public ConnectionState(ConnectionStateValues values) => Value = values.Get<T>();

    /// <summary>The state.</summary>
    public T Value { get; }
}
