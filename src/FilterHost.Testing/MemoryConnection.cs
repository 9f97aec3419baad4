using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing;

/// <summary>A connection without a socket.</summary>
internal sealed class MemoryConnection(FilterPipeline pipeline, ILogger logger, TimeProvider time) : IMessageConnection
{
    private readonly InMemoryConnection _connection = new(pipeline, logger, time);

    public Task<MessageOutput> SendAsync(MessageInput input) => _connection.SendAsync(input);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
