using System.Net.Sockets;
using System.Text;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Plays the MTA on one connection to the shipped pipeline, without a socket. Messages follow one another; the first one's client opens the connection.</summary>
internal sealed class InMemoryConnection : IAsyncDisposable
{
    private static readonly MilterOffer Offer = new(6, MilterActions.All, (MilterSteps)0x1FFFFF);

    private readonly Watchdog _watchdog = new();
    private readonly MilterConversation _conversation;
    private MessageOutput? _output;
    private MilterReply? _greeting;

    public InMemoryConnection(FilterPipeline pipeline, ILogger logger, TimeProvider time)
    {
        _conversation = new MilterConversation(new PipelineSource(pipeline), _watchdog, logger, time) { OnEnding = transaction => _output = MessageOutput.Of(transaction) };
        _conversation.Negotiate(Offer);
        _conversation.OnNegotiated(Offer, MilterActions.All, MilterSteps.HeaderLeadingSpace);
    }

    /// <summary>Sends one message, up to the reply that ends it.</summary>
    public async Task<MessageOutput> SendAsync(MessageInput input)
    {
        _output = null;
        var refused = new List<(string Path, SmtpReply Reply)>();
        _greeting ??= await OpenAsync(input).ConfigureAwait(false);
        var reply = IsEnd(_greeting.Value) ? _greeting.Value : await SendEnvelopeAsync(input, refused).ConfigureAwait(false);
        // Where the end of the message was not reached, an MTA resets what is left.
        await _conversation.OnAbortAsync().ConfigureAwait(false);
        var output = (_output ?? MessageOutput.Of(reply)) with { Reply = reply, RefusedRecipients = refused };
        // Accepted early, the rest of the message never came here.
        return reply.Kind is MilterReplyKind.Accept ? output with { Message = input.Message } : output;
    }

    public async ValueTask DisposeAsync()
    {
        await _conversation.OnClosedAsync().ConfigureAwait(false);
        _watchdog.Dispose();
    }

    private async Task<MilterReply> OpenAsync(MessageInput input)
    {
        _conversation.OnMacros(MilterCommand.Connect, MacroPairs(input.Macros, static name => !IsOfMessage(name)));
        var reply = await _conversation.OnConnectAsync(ClientOf(input)).ConfigureAwait(false);
        return IsEnd(reply) ? reply : await _conversation.OnHeloAsync(Encoding.UTF8.GetBytes(input.Helo)).ConfigureAwait(false);
    }

    private async Task<MilterReply> SendEnvelopeAsync(MessageInput input, List<(string Path, SmtpReply Reply)> refused)
    {
        // As Postfix does, the queue id comes with DATA, after the first accepted recipient.
        _conversation.OnMacros(MilterCommand.Mail, MacroPairs(input.Macros, static name => name is not "i"));
        var reply = await _conversation.OnMailAsync(Encoding.UTF8.GetBytes(input.ReversePath), input.Parameters).ConfigureAwait(false);
        if (IsEnd(reply))
            return reply;
        var hasRecipient = false;
        foreach (var recipient in input.Recipients)
        {
            reply = await _conversation.OnRecipientAsync(Encoding.UTF8.GetBytes(recipient), []).ConfigureAwait(false);
            // A refusal concerns the recipient alone, a discard or an accept the message.
            if (reply.Kind is MilterReplyKind.Discard or MilterReplyKind.Accept)
                return reply;
            if (reply.SmtpReply is { } refusal)
                refused.Add((recipient, refusal));
            hasRecipient |= !IsEnd(reply);
        }
        return hasRecipient && input.End is not InputEnd.Recipients ? await SendMessageAsync(input).ConfigureAwait(false) : reply;
    }

    private async Task<MilterReply> SendMessageAsync(MessageInput input)
    {
        var macros = MacroPairs(input.Macros, static _ => true);
        _conversation.OnMacros(MilterCommand.Data, macros);
        var reply = await _conversation.OnDataAsync().ConfigureAwait(false);
        if (IsEnd(reply))
            return reply;
        _conversation.OnMacros(MilterCommand.EndOfHeaders, macros);
        var body = SendHeader(input.Message);
        if (input.End is InputEnd.Body)
            body = body[..(body.Length / 2)];
        reply = await _conversation.OnEndOfHeadersAsync().ConfigureAwait(false);
        while (!body.IsEmpty && !IsEnd(reply) && reply.Kind is not MilterReplyKind.Skip)
        {
            var chunk = body[..Math.Min(input.ChunkSize, body.Length)];
            body = body[chunk.Length..];
            reply = await _conversation.OnBodyAsync(chunk).ConfigureAwait(false);
        }
        if (IsEnd(reply) || input.End is InputEnd.Body)
            return reply;
        _conversation.OnMacros(MilterCommand.EndOfMessage, macros);
        return await _conversation.EndOfMessageAsync(null).ConfigureAwait(false);
    }

    /// <summary>Sends the fields of the header section as an MTA would; returns the body.</summary>
    private ReadOnlyMemory<byte> SendHeader(ReadOnlyMemory<byte> message)
    {
        var rest = message;
        while (WireMessage.TryReadField(ref rest, out var field))
        {
            var value = new byte[field.Body.Length];
            var length = WithoutCarriageReturns(field.Body.Span, value);
            _conversation.OnHeader(field.Name.Span, value.AsSpan(0, length));
        }
        return rest;
    }

    private static int WithoutCarriageReturns(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] != '\r' || i + 1 == source.Length || source[i + 1] != '\n')
                target[length++] = source[i];
        }
        return length;
    }

    private static MilterClientAddress ClientOf(MessageInput input)
    {
        var name = Encoding.UTF8.GetBytes(input.ClientName);
        if (input.ClientAddress is not { } address)
            return new MilterClientAddress(name, 'U', 0, default);
        var family = address.AddressFamily is AddressFamily.InterNetworkV6 ? '6' : '4';
        return new MilterClientAddress(name, family, 0, Encoding.ASCII.GetBytes(address.ToString()));
    }

    private static byte[] MacroPairs(IReadOnlyDictionary<string, string> macros, Func<string, bool> isSent) =>
        Encoding.UTF8.GetBytes(string.Concat(macros.Where(macro => isSent(macro.Key)).Select(macro => $"{macro.Key}\0{macro.Value}\0")));

    internal static bool IsOfMessage(string macro) => macro is "i" || macro.StartsWith("{auth_", StringComparison.Ordinal);

    private static bool IsEnd(MilterReply reply) => reply.Kind is not (MilterReplyKind.Continue or MilterReplyKind.Skip);
}
