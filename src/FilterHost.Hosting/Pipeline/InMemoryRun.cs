using System.Net;
using System.Net.Sockets;
using System.Text;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Runs one message through the shipped pipeline without a socket.</summary>
internal static class InMemoryRun
{
    private static readonly MilterOffer Offer = new(6, MilterActions.All, (MilterSteps)0x1FFFFF);

    public static async Task<MessageOutput> RunAsync(
        FilterPipeline pipeline, IReadOnlyList<IPNetwork> internalNetworks, MessageInput input, ILogger logger, TimeProvider time)
    {
        using var watchdog = new Watchdog();
        MessageOutput? output = null;
        var conversation = new MilterConversation(pipeline, internalNetworks, watchdog, logger, time) { OnEnding = transaction => output = OutputOf(transaction) };
        conversation.Negotiate(Offer);
        conversation.OnNegotiated(Offer, MilterActions.All, MilterSteps.HeaderLeadingSpace);
        var reply = await SendAsync(conversation, input).ConfigureAwait(false);
        await conversation.OnClosedAsync().ConfigureAwait(false);
        return output is null
            ? new MessageOutput(reply, OutcomeOf(reply), [], [], [], default)
            : output with { Reply = reply };
    }

    /// <summary>Turns bare LF into CRLF, as files on disk need it before they look like mail on the wire.</summary>
    public static byte[] ToWireLines(ReadOnlySpan<byte> message)
    {
        var lines = new List<byte>(message.Length + 256);
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '\n' && (i == 0 || message[i - 1] != '\r'))
                lines.Add((byte)'\r');
            lines.Add(message[i]);
        }
        return [.. lines];
    }

    private static async Task<MilterReply> SendAsync(MilterConversation conversation, MessageInput input)
    {
        var macros = MacroPairs(input.Macros);
        conversation.OnMacros(MilterCommand.Connect, macros);
        var reply = await conversation.OnConnectAsync(ClientOf(input)).ConfigureAwait(false);
        if (IsEnd(reply))
            return reply;
        reply = await conversation.OnHeloAsync(Encoding.UTF8.GetBytes(input.Helo)).ConfigureAwait(false);
        if (IsEnd(reply))
            return reply;
        conversation.OnMacros(MilterCommand.Mail, macros);
        reply = await conversation.OnMailAsync(Encoding.UTF8.GetBytes(input.ReversePath), input.Parameters).ConfigureAwait(false);
        if (IsEnd(reply))
            return reply;
        var hasRecipient = false;
        foreach (var recipient in input.Recipients)
        {
            reply = await conversation.OnRecipientAsync(Encoding.UTF8.GetBytes(recipient), []).ConfigureAwait(false);
            // A refusal concerns the recipient alone, a discard the message.
            if (reply.Kind is MilterReplyKind.Discard)
                return reply;
            hasRecipient |= !IsEnd(reply);
        }
        return hasRecipient ? await SendMessageAsync(conversation, input, macros).ConfigureAwait(false) : reply;
    }

    private static async Task<MilterReply> SendMessageAsync(MilterConversation conversation, MessageInput input, byte[] macros)
    {
        var reply = await conversation.OnDataAsync().ConfigureAwait(false);
        if (IsEnd(reply))
            return reply;
        conversation.OnMacros(MilterCommand.EndOfHeaders, macros);
        var body = SendHeader(conversation, input.Message);
        reply = await conversation.OnEndOfHeadersAsync().ConfigureAwait(false);
        while (!body.IsEmpty && !IsEnd(reply) && reply.Kind is not MilterReplyKind.Skip)
        {
            var chunk = body[..Math.Min(input.ChunkSize, body.Length)];
            body = body[chunk.Length..];
            reply = await conversation.OnBodyAsync(chunk).ConfigureAwait(false);
        }
        if (IsEnd(reply))
            return reply;
        conversation.OnMacros(MilterCommand.EndOfMessage, macros);
        return await conversation.EndOfMessageAsync(null).ConfigureAwait(false);
    }

    /// <summary>Sends the fields of the header section as an MTA would; returns the body.</summary>
    private static ReadOnlyMemory<byte> SendHeader(MilterConversation conversation, ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var field = message[..EndOfField(message.Span)];
            message = message[Math.Min(message.Length, field.Length + 2)..];
            if (field.IsEmpty)
                return message;
            var colon = field.Span.IndexOf((byte)':');
            if (colon <= 0)
                // No header field: an MTA takes it, and all that follows, for the body.
                return message;
            var value = new byte[field.Length - colon - 1];
            var length = WithoutCarriageReturns(field.Span[(colon + 1)..], value);
            conversation.OnHeader(field.Span[..colon].TrimEnd(" \t"u8), value.AsSpan(0, length));
        }
        return message;
    }

    // A field goes on where the next line begins with white space (RFC 5322 §2.2.3).
    private static int EndOfField(ReadOnlySpan<byte> message)
    {
        for (var position = 0; ;)
        {
            var end = message[position..].IndexOf("\r\n"u8);
            if (end < 0)
                return message.Length;
            position += end;
            var next = position + 2;
            if (end == 0 || next >= message.Length || message[next] is not ((byte)' ' or (byte)'\t'))
                return position;
            position = next;
        }
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

    private static byte[] MacroPairs(IReadOnlyDictionary<string, string> macros) =>
        Encoding.UTF8.GetBytes(string.Concat(macros.Select(macro => $"{macro.Key}\0{macro.Value}\0")));

    private static bool IsEnd(MilterReply reply) => reply.Kind is not (MilterReplyKind.Continue or MilterReplyKind.Skip);

    private static TransactionOutcome OutcomeOf(MilterReply reply) => reply.Kind switch
    {
        MilterReplyKind.ReplyCode when reply.SmtpReply!.IsPermanent => TransactionOutcome.Rejected,
        MilterReplyKind.ReplyCode => TransactionOutcome.TempFailed,
        MilterReplyKind.Discard => TransactionOutcome.Discarded,
        _ => TransactionOutcome.Passed,
    };

    private static MessageOutput OutputOf(Transaction transaction)
    {
        using var message = new MemoryStream();
        if (transaction.Outcome is TransactionOutcome.Passed)
            transaction.OpenFinalMessage().CopyTo(message);
        return new MessageOutput(
            MilterReply.Continue, transaction.Outcome ?? TransactionOutcome.Aborted, [.. transaction.NetEdits.Select(Copied)], [.. transaction.Results], [.. transaction.Notes],
            message.ToArray());
    }

    // Received fields are views that end with the transaction.
    private static Edit Copied(Edit edit) => edit switch
    {
        Edit.RemoveField remove => remove with { Field = Copied(remove.Field) },
        Edit.ReplaceField replace => replace with { Field = Copied(replace.Field), Replacement = Copied(replace.Replacement) },
        _ => edit,
    };

    private static HeaderField Copied(HeaderField field) => new(field.Name.ToArray(), field.Body.ToArray());
}
