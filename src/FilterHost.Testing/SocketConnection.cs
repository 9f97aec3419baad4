using System.Net;
using System.Net.Sockets;
using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing;

/// <summary>Plays the MTA over a socket: the milter client at one end, the shipped session at the other.</summary>
internal sealed class SocketConnection(FilterPipeline pipeline, ILogger logger, TimeProvider time) : IMessageConnection
{
    private static readonly MilterOffer Offer = new(6, MilterActions.All, (MilterSteps)0x1FFFFF);

    // The end of a transaction follows the reply within moments; a test that waits longer has found a fault.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);

    private readonly Watchdog _watchdog = new();
    private MilterClient? _client;
    private Task _session = Task.CompletedTask;
    private MilterReply? _greeting;
    private TaskCompletionSource<MessageOutput> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<MessageOutput> SendAsync(MessageInput input)
    {
        _ended = new TaskCompletionSource<MessageOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = await OpenAsync(input).ConfigureAwait(false);
        if (IsEnd(_greeting!.Value))
            return MessageOutput.Of(_greeting.Value) with { Reply = _greeting.Value };
        var refused = new List<(string Path, SmtpReply Reply)>();
        var edits = new List<MilterEdit>();
        var reply = await SendEnvelopeAsync(client, input, refused, edits).ConfigureAwait(false);
        await AbortAsync(client).ConfigureAwait(false);
        var output = await _ended.Task.WaitAsync(EndTimeout).ConfigureAwait(false) with { Reply = reply, RefusedRecipients = refused };
        return IsEnd(reply) && reply.Kind is not MilterReplyKind.Accept ? output : output with { Message = ReceivedEdits.Apply(input.Message, edits) };
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync().ConfigureAwait(false);
        await _session.WaitAsync(EndTimeout).ConfigureAwait(false);
        _watchdog.Dispose();
    }

    private async Task<MilterClient> OpenAsync(MessageInput input)
    {
        // The host closes where it took the connection from a filter that blocks; an MTA then comes again.
        if (_client is { IsQuiet: true } open)
            return open;
        if (_client is not null)
            await _client.DisposeAsync().ConfigureAwait(false);
        var client = _client = await ConnectAsync().ConfigureAwait(false);
        await client.NegotiateAsync(Offer, CancellationToken.None).ConfigureAwait(false);
        client.SetMacros(MilterCommand.Connect, [.. input.Macros.Where(macro => !InMemoryConnection.IsOfMessage(macro.Key))]);
        var address = input.ClientAddress;
        var family = address?.AddressFamily switch { null => 'U', AddressFamily.InterNetworkV6 => '6', _ => '4' };
        var reply = ReplyOf(await client.ConnectAsync(input.ClientName, family, 0, address?.ToString() ?? "", CancellationToken.None).ConfigureAwait(false));
        _greeting = IsEnd(reply) ? reply : ReplyOf(await client.HeloAsync(input.Helo, CancellationToken.None).ConfigureAwait(false));
        return client;
    }

    private async Task<MilterClient> ConnectAsync()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await near.ConnectAsync(listening.LocalEndPoint!).ConfigureAwait(false);
        var far = await listening.AcceptAsync().ConfigureAwait(false);
        far.NoDelay = true;
        var session = new MilterSession(
            far,
            session => new MilterConversation(new PipelineSource(pipeline), _watchdog, logger, time, session) { OnEnding = transaction => _ended.TrySetResult(MessageOutput.Of(transaction)) },
            new MilterSessionOptions(),
            logger);
        _session = session.RunAsync(CancellationToken.None);
        return new MilterClient(new NetworkStream(near, ownsSocket: true));
    }

    private static async Task<MilterReply> SendEnvelopeAsync(MilterClient client, MessageInput input, List<(string Path, SmtpReply Reply)> refused, List<MilterEdit> edits)
    {
        client.SetMacros(MilterCommand.Mail, [.. input.Macros.Where(static macro => macro.Key is not "i")]);
        var reply = ReplyOf(await client.MailAsync(input.ReversePath, input.Parameters, CancellationToken.None).ConfigureAwait(false));
        if (IsEnd(reply))
            return reply;
        var hasRecipient = false;
        foreach (var recipient in input.Recipients)
        {
            reply = ReplyOf(await client.RecipientAsync(recipient, [], CancellationToken.None).ConfigureAwait(false));
            if (reply.Kind is MilterReplyKind.Discard or MilterReplyKind.Accept)
                return reply;
            if (reply.SmtpReply is { } refusal)
                refused.Add((recipient, refusal));
            hasRecipient |= !IsEnd(reply);
        }
        return hasRecipient ? await SendMessageAsync(client, input, edits).ConfigureAwait(false) : reply;
    }

    private static async Task<MilterReply> SendMessageAsync(MilterClient client, MessageInput input, List<MilterEdit> edits)
    {
        client.SetMacros(MilterCommand.Data, [.. input.Macros]);
        var response = await client.DataAsync(CancellationToken.None).ConfigureAwait(false);
        var fields = MessageParts.Read(input.Message, out var body);
        foreach (var field in fields.TakeWhile(_ => !IsEnd(ReplyOf(response))))
            response = await client.HeaderAsync(field.Name, field.Body, CancellationToken.None).ConfigureAwait(false);
        if (IsEnd(ReplyOf(response)))
            return ReplyOf(response);
        client.SetMacros(MilterCommand.EndOfHeaders, [.. input.Macros]);
        response = await client.EndOfHeadersAsync(CancellationToken.None).ConfigureAwait(false);
        while (!body.IsEmpty && response.Kind is MilterReplyKind.Continue)
        {
            var chunk = body[..Math.Min(input.ChunkSize, body.Length)];
            body = body[chunk.Length..];
            response = await client.BodyAsync(chunk, CancellationToken.None).ConfigureAwait(false);
        }
        if (IsEnd(ReplyOf(response)))
            return ReplyOf(response);
        client.SetMacros(MilterCommand.EndOfMessage, [.. input.Macros]);
        response = await client.EndOfMessageAsync(default, CancellationToken.None).ConfigureAwait(false);
        edits.AddRange(response.Edits);
        return ReplyOf(response);
    }

    // Where the end of the message was not reached, an MTA resets what is left.
    private static async Task AbortAsync(MilterClient client)
    {
        try
        {
            await client.AbortAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The host has closed the connection, which ends the message too.
        }
    }

    private static MilterReply ReplyOf(MilterResponse response) => response.Kind switch
    {
        MilterReplyKind.Continue or MilterReplyKind.Skip => MilterReply.Continue,
        MilterReplyKind.Accept => MilterReply.Accept,
        MilterReplyKind.Discard => MilterReply.Discard,
        _ => MilterReply.WithCode(ForeignReply.VerdictOf(response).SmtpReply!),
    };

    private static bool IsEnd(MilterReply reply) => reply.Kind is not MilterReplyKind.Continue;
}
