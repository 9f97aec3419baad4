using System.Net;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>The shipped pipeline over scripted filters.</summary>
internal static class PipelineUnderTest
{
    public const string Message = "Received: from a\r\nFrom: a@example.com\r\nSubject: one\r\nSubject: two\r\nTo: b@example.net\r\n\r\nhello\r\nworld\r\n";

    public static FilterPipeline Of(params (string Name, ScriptedFilter.Script Script, OnError OnError)[] filters) =>
        Of(new ClientPolicy(), filters);

    public static FilterPipeline Of(ClientPolicy clients, params (string Name, ScriptedFilter.Script Script, OnError OnError)[] filters) =>
        Of(clients, new PipelineLimits { KeepsEveryBody = true, PoisonBuffers = true }, new ResultsPolicy { AuthservId = "mx.example.net" }, filters);

    public static FilterPipeline Of(PipelineLimits limits, ResultsPolicy results, params (string Name, ScriptedFilter.Script Script, OnError OnError)[] filters) =>
        Of(new ClientPolicy(), limits, results, filters);

    public static FilterPipeline Of(ClientPolicy clients, PipelineLimits limits, ResultsPolicy results, params (string Name, ScriptedFilter.Script Script, OnError OnError)[] filters)
    {
        var members = new List<PipelineMember>();
        foreach (var (name, script, onError) in filters)
        {
            var instance = PluginInstance.Configure(name, "Scripted", new ScriptedFilter.Plugin(), script, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);
            instance.Build(_ => throw new InvalidOperationException("no services here"));
            members.AddRange(instance.Filters.Select(filter => new PipelineMember(instance, filter, new FilterGuard(instance, onError, null))));
        }
        return new FilterPipeline("test", [], members, limits, results, NullLogger.Instance, TimeProvider.System) { Clients = clients };
    }

    public static Task<MessageOutput> RunAsync(FilterPipeline pipeline, string message = Message, int chunkSize = 65_535, string[]? recipients = null) =>
        InMemoryRun.RunAsync(
            pipeline,
            new MessageInput
            {
                Message = Encoding.UTF8.GetBytes(message),
                ClientAddress = IPAddress.Parse("192.0.2.1"),
                ReversePath = "<a@example.com>",
                Recipients = recipients ?? ["<b@example.net>"],
                ChunkSize = chunkSize,
            },
            NullLogger.Instance,
            TimeProvider.System);

    public static string TextOf(MessageOutput output) => Encoding.UTF8.GetString(output.Message.Span);
}
