using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Runs one message through the shipped pipeline without a socket.</summary>
internal static class InMemoryRun
{
    public static async Task<MessageOutput> RunAsync(
        FilterPipeline pipeline, MessageInput input, ILogger logger, TimeProvider time)
    {
        await using var connection = new InMemoryConnection(pipeline, logger, time);
        return await connection.SendAsync(input).ConfigureAwait(false);
    }
}
