namespace FilterHost.Milter;

// What becomes of the replies that callbacks give.
public sealed partial class MilterSession
{
    private MilterReply? Held => _heldForClient ?? _heldForMessage;

    private ValueTask GiveAsync(MilterCommand command, MilterReply reply)
    {
        // Only a body can be skipped; Sendmail takes the reply nowhere else.
        if (reply.Kind == MilterReplyKind.Skip)
        {
            _isSkipping = command == MilterCommand.Body;
            if (!_isSkipping || !_agreement.Steps.HasFlag(MilterSteps.Skip))
                reply = MilterReply.Continue;
        }
        if (reply.Kind is MilterReplyKind.Continue or MilterReplyKind.Skip)
            return _agreement.IsReplyDue(command) ? ContinueAsync(command, reply) : ValueTask.CompletedTask;
        return DecideAsync(command, reply);
    }

    private ValueTask ContinueAsync(MilterCommand command, MilterReply reply)
    {
        if (command == MilterCommand.EndOfMessage)
            _heldForMessage = null;
        return SendAsync(reply);
    }

    private async ValueTask DecideAsync(MilterCommand command, MilterReply reply)
    {
        var ofClient = !IsOfMessage(command) && command != MilterCommand.Mail;
        // Postfix ignores a discard before MAIL with a warning, so it waits for a message.
        var isHeld = !_agreement.IsReplyDue(command) || (ofClient && reply.Kind == MilterReplyKind.Discard);
        if (isHeld)
        {
            Hold(ofClient, reply);
            if (_agreement.IsReplyDue(command))
                await SendAsync(MilterReply.Continue);
            return;
        }
        await SendAsync(reply);
        if (ofClient)
            _heldForClient = null;
        // A refusal at RCPT is about that recipient alone; what was held stays for the next step.
        else if (command != MilterCommand.Recipient || reply.Kind is MilterReplyKind.Accept or MilterReplyKind.Discard)
            await ResetAsync();
    }

    private void Hold(bool ofClient, MilterReply reply)
    {
        if (ofClient)
            _heldForClient = reply;
        else if (_heldForClient is null)
            _heldForMessage = reply;
    }

    private ValueTask SendAsync(MilterReply reply)
    {
        MilterReplyWriter.Write(_output, reply);
        return FlushAsync();
    }

    private async ValueTask FlushAsync()
    {
        await _connection.SendAsync(_output.Written);
        _output.Clear();
    }

    private static bool IsRefusal(MilterReply reply) =>
        reply.Kind is MilterReplyKind.Reject or MilterReplyKind.TempFail or MilterReplyKind.ReplyCode or MilterReplyKind.Discard;

    private static bool IsOfMessage(MilterCommand command) => command is MilterCommand.Recipient or MilterCommand.Data or MilterCommand.Header
        or MilterCommand.EndOfHeaders or MilterCommand.Body or MilterCommand.EndOfMessage;
}
