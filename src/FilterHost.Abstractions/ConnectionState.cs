namespace FilterHost;

/// <summary>One <typeparamref name="T"/> per SMTP connection and plugin instance, injectable in connection and message filters. The value goes with the connection and is not disposed; filters of a connection are called one at a time, so it needs no lock.</summary>
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
