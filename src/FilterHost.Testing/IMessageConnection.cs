using FilterHost.Hosting.Pipeline;

namespace FilterHost.Testing;

/// <summary>A connection of an MTA, on which messages follow one another.</summary>
internal interface IMessageConnection : IAsyncDisposable
{
    Task<MessageOutput> SendAsync(MessageInput input);
}
