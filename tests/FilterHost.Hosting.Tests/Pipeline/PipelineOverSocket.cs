using System.Text;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Server;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>The shipped pipeline behind a real socket, and an MTA's end of it.</summary>
internal static class PipelineOverSocket
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<MilterListener> ListenAsync(FilterPipeline pipeline, Watchdog watchdog, ILogger? log = null)
    {
        Assert.True(MilterAddress.TryParse("inet:0@127.0.0.1", out var address, out _));
        var listener = await MilterListener.BindAsync(
            new MilterListenerOptions { Address = address, StopDeadline = TimeSpan.FromSeconds(1) },
            session => MilterConversation.Open(new PipelineSource(pipeline), watchdog, log ?? NullLogger.Instance, TimeProvider.System, session),
            NullLogger.Instance,
            Cancel);
        listener.Start();
        return listener;
    }

    public static async Task<MilterClient> OpenAsync(MilterListener listener, MilterActions granted = MilterActions.All, MilterSteps offered = (MilterSteps)0x1FFFFF)
    {
        var port = ((System.Net.IPEndPoint)listener.EndPoints[0]).Port;
        Assert.True(MilterAddress.TryParse($"inet:{port}@127.0.0.1", out var address, out _));
        var client = await MilterClient.OpenAsync(address, null, Cancel);
        await client.NegotiateAsync(new MilterOffer(6, granted, offered), Cancel);
        return client;
    }

    /// <summary>One message; the first reply that ends it.</summary>
    public static async Task<MilterResponse> SendAsync(MilterClient client, params (string Name, string Value)[] fields)
    {
        await client.ConnectAsync("client", '4', 25, "192.0.2.1", Cancel);
        await client.HeloAsync("client", Cancel);
        Func<Task<MilterResponse>>[] steps =
        [
            () => client.MailAsync("<a@example.com>", [], Cancel),
            () => client.RecipientAsync("<b@example.net>", [], Cancel),
            () => client.DataAsync(Cancel),
            () => client.HeaderAsync("From"u8.ToArray(), " a@example.com"u8.ToArray(), Cancel),
            .. fields.Select(field => (Func<Task<MilterResponse>>)(() => client.HeaderAsync(Encoding.ASCII.GetBytes(field.Name), Encoding.ASCII.GetBytes(field.Value), Cancel))),
            () => client.EndOfHeadersAsync(Cancel),
            () => client.BodyAsync("hello\r\n"u8.ToArray(), Cancel),
        ];
        foreach (var step in steps)
        {
            var reply = await step();
            if (reply.Kind is not (MilterReplyKind.Continue or MilterReplyKind.Skip))
                return reply;
        }
        return await client.EndOfMessageAsync(default, Cancel);
    }
}
