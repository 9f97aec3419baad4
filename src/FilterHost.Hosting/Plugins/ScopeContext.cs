using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Plugins;

/// <summary>What a scope of a plugin's container stands for: a transaction, a connection, or neither in the root.</summary>
internal sealed class ScopeContext
{
    public Transaction? Transaction { get; set; }

    public ConnectionStateValues? ConnectionState { get; set; }

    /// <summary>What begins a log line: the queue id, or the client before it is known.</summary>
    public string? LogId => Transaction is null ? null : Transaction.QueueId ?? Transaction.Connection.Describe();
}
