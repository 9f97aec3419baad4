using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace FilterHost.Milter;

/// <summary>The filter's end of one MTA connection.</summary>
/// <remarks>
/// <see cref="TrySendProgress"/>, <see cref="Seize"/> and <see cref="Close"/> may be called from any thread. All else happens on one thread at a time.
/// </remarks>
public sealed partial class MilterSession
{
    private readonly IMilterCallbacks _callbacks;
    private readonly MilterSessionOptions _options;
    private readonly ILogger _logger;
    private readonly MilterConnection _connection;
    private readonly MilterFrameWriter _output = new();
    private readonly MilterEditWriter _edits;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MilterAgreement _agreement = MilterAgreement.None;
    private MilterState _state = MilterState.Opened;
    private MilterReply? _heldForClient;
    private MilterReply? _heldForMessage;
    private volatile bool _isBusy;
    private bool _inMessage;
    private bool _isSkipping;
    private bool _isClientClosed;
    private bool _isEnded;
    private CancellationToken _stop;

    /// <summary>Makes a session on a connected socket, which it owns from then on.</summary>
    public MilterSession(Socket socket, IMilterCallbacks callbacks, MilterSessionOptions options, ILogger logger)
        : this(socket, _ => callbacks, options, logger)
    {
    }

    /// <summary>Makes a session whose callbacks know it, so that they can have progress sent.</summary>
    public MilterSession(Socket socket, Func<MilterSession, IMilterCallbacks> callbacks, MilterSessionOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _connection = new MilterConnection(socket, options);
        _edits = new MilterEditWriter(_output);
        _callbacks = callbacks(this);
    }

    /// <summary>Runs the connection to its end; the task does not fail.</summary>
    /// <param name="stop">Ends the session: at once between messages, else after the message in hand.</param>
    /// <remarks>After <see cref="Seize"/> the task completes at once, while the callback may still run; only when it returns is <see cref="IMilterCallbacks.OnClosedAsync"/> called.</remarks>
    public Task RunAsync(CancellationToken stop)
    {
        _stop = stop;
        // A callback may block its thread, so that this call would never return if the first of them ran on it.
        _ = Task.Run(RunToEndAsync, CancellationToken.None);
        return _completion.Task;
    }

    /// <summary>Tells the MTA that a callback is still at work (SMFIR_PROGRESS).</summary>
    /// <returns>False if no callback runs for which the MTA awaits a reply; nothing is sent then.</returns>
    /// <remarks>Sendmail takes it at the end of a message only, Postfix at any command.</remarks>
    public bool TrySendProgress() => _connection.TrySendProgress();

    /// <summary>Takes the session from a callback that does not return: gives this reply if one is due, and closes. The callback's own reply, if it comes, is dropped.</summary>
    /// <returns>False if no callback was running.</returns>
    public bool Seize(MilterReply reply)
    {
        if (!_connection.Seize(reply))
            return false;
        _completion.TrySetResult();
        return true;
    }

    /// <summary>Closes the connection at once, whatever is in hand.</summary>
    public void Close() => _connection.Close();

    private async Task RunToEndAsync()
    {
        using var timer = _connection.StartTimer();
        var registration = _stop.UnsafeRegister(static session => ((MilterSession)session!).StopIfIdle(), this);
        try
        {
            await LoopAsync();
            // A receive that this end cut off may also look like the end of the stream.
            if (_connection.CloseReason is { } reason)
                _logger.LogDebug("milter connection lost: {Reason}", reason);
        }
        catch (MilterProtocolException e)
        {
            _logger.LogWarning("milter protocol violation, connection closed: {Violation}", e.Message);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _logger.LogDebug("milter connection lost: {Reason}", _connection.CloseReason ?? e.Message);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "milter connection closed on an unexpected exception");
        }
        registration.Unregister();
        _connection.Close();
        await FinishAsync();
        _connection.Release();
        _output.Release();
        _completion.TrySetResult();
    }

    private async Task LoopAsync()
    {
        while (!_isEnded)
        {
            var status = _connection.TryRead(out var code, out var payload);
            if (status == MilterFrameStatus.Complete)
            {
                await DispatchAsync((MilterCommand)code, payload);
                continue;
            }
            if (status != MilterFrameStatus.Incomplete)
                throw new MilterProtocolException(status == MilterFrameStatus.Empty ? "a frame of length 0" : $"a frame longer than {_options.MaximumFrame}");
            // Set before the look at the token: a stop that comes in between closes the connection itself.
            _isBusy = _inMessage;
            if (!_isBusy && _stop.IsCancellationRequested)
                return;
            if (!await _connection.ReceiveAsync(_state == MilterState.Opened, !_inMessage))
                return;
            _isBusy = true;
        }
    }

    private ValueTask DispatchAsync(MilterCommand command, ReadOnlyMemory<byte> payload)
    {
        if (_state == MilterState.Opened && command is not (MilterCommand.Negotiate or MilterCommand.Quit))
            throw new MilterProtocolException($"{Describe(command)} before the negotiation");
        switch (command)
        {
            case MilterCommand.Negotiate:
                return _state == MilterState.Opened ? NegotiateAsync(payload) : ValueTask.CompletedTask;
            case MilterCommand.Macro:
                return MacrosAsync(payload);
            case MilterCommand.Header:
                return HeaderAsync(payload);
            case MilterCommand.Connect or MilterCommand.Helo or MilterCommand.Mail or MilterCommand.Recipient or MilterCommand.Data
                or MilterCommand.EndOfHeaders or MilterCommand.Body:
                return StepAsync(command, payload);
            case MilterCommand.EndOfMessage:
                return EndOfMessageAsync(payload);
            case MilterCommand.Unknown:
                return UnknownAsync(payload);
            case MilterCommand.Abort:
                return ResetAsync();
            case MilterCommand.Quit:
                _isEnded = true;
                return ValueTask.CompletedTask;
            case MilterCommand.QuitNewConnection:
                return CloseClientAsync();
            default:
                throw new MilterProtocolException($"unknown command {Describe(command)}");
        }
    }

    private ValueTask NegotiateAsync(ReadOnlyMemory<byte> payload)
    {
        if (!MilterPayload.TryReadOffer(payload.Span, out var offer))
            throw Malformed(MilterCommand.Negotiate);
        // The version is checked before the filters hear of the offer.
        if (offer.Version < 2)
            throw new MilterProtocolException($"the MTA offers protocol version {offer.Version}; 2 is the oldest known");
        var wanted = _callbacks.Negotiate(offer);
        _agreement = MilterAgreement.Make(offer, wanted);
        _edits.Grant(_agreement.Actions, _agreement.Steps);
        _callbacks.OnNegotiated(offer, _agreement.Actions, _agreement.Steps);
        _state = MilterState.Negotiated;
        _agreement.Write(_output, offer, wanted.MacroLists);
        return FlushAsync();
    }

    private ValueTask MacrosAsync(ReadOnlyMemory<byte> payload)
    {
        // Some MTAs send such a frame even without a command.
        if (payload.IsEmpty)
            return ValueTask.CompletedTask;
        if (!MilterPayload.AreMacros(payload.Span[1..]))
            throw Malformed(MilterCommand.Macro);
        var command = (MilterCommand)payload.Span[0];
        // The macros of a MAIL that comes without ABORT belong to the new message already.
        if (command == MilterCommand.Mail && _inMessage)
            return ResetForMacrosAsync(payload);
        if (IsKnown(command) && !(IsOfMessage(command) && Held is not null))
            _callbacks.OnMacros(command, payload.Span[1..]);
        return ValueTask.CompletedTask;
    }

    private async ValueTask ResetForMacrosAsync(ReadOnlyMemory<byte> payload)
    {
        await ResetAsync();
        await MacrosAsync(payload);
    }

    private async ValueTask HeaderAsync(ReadOnlyMemory<byte> payload)
    {
        if (!await EnterStateAsync(MilterCommand.Header))
            return;
        if (!MilterPayload.TryReadField(payload.Span, out var name, out var value))
            throw Malformed(MilterCommand.Header);
        var held = Held;
        if (held is null)
            _callbacks.OnHeader(name, value);
        await GiveAsync(MilterCommand.Header, held ?? MilterReply.Continue);
    }

    private async ValueTask StepAsync(MilterCommand command, ReadOnlyMemory<byte> payload)
    {
        if (!await EnterStateAsync(command))
            return;
        var reply = Held ?? await AskAsync(command, payload);
        if (!_isEnded)
            await GiveAsync(command, reply);
    }

    private async ValueTask EndOfMessageAsync(ReadOnlyMemory<byte> payload)
    {
        if (!await EnterStateAsync(MilterCommand.EndOfMessage))
            return;
        var reply = Held ?? MilterReply.Continue;
        // libmilter takes a last part of the body here, so MTAs may send one.
        if (reply.Kind == MilterReplyKind.Continue && !payload.IsEmpty)
            reply = await AskAsync(MilterCommand.Body, payload, isReplyDue: true);
        if (!_isEnded && reply.Kind is MilterReplyKind.Continue or MilterReplyKind.Skip)
        {
            _edits.Reset();
            reply = await AskAsync(MilterCommand.EndOfMessage, default);
            _inMessage = false;
        }
        if (_isEnded)
            return;
        if (IsRefusal(reply))
            _output.Truncate(0);
        await GiveAsync(MilterCommand.EndOfMessage, reply);
    }

    private async ValueTask UnknownAsync(ReadOnlyMemory<byte> payload)
    {
        var reply = await AskAsync(MilterCommand.Unknown, payload);
        // It concerns this command alone; to the MTA it is refused anyway, so that nothing need be held.
        if (!_isEnded && _agreement.IsReplyDue(MilterCommand.Unknown))
            await SendAsync(IsRefusal(reply) && reply.Kind != MilterReplyKind.Discard ? reply : MilterReply.Continue);
    }

    // libmilter on a command out of order: abort what is in hand, go back to where HELO leads, ignore the command if it does not fit there either.
    private async ValueTask<bool> EnterStateAsync(MilterCommand command)
    {
        if (!_agreement.Table.Allows(_state, command))
        {
            await ResetAsync();
            if (!_agreement.Table.Allows(MilterState.Greeted, command))
                return false;
        }
        _state = MilterStateTable.After(command, _state);
        if (_state < MilterState.Mail || _inMessage)
            return true;
        // Only a message whose MAIL was heard has something to abort.
        _isSkipping = false;
        _inMessage = command != MilterCommand.EndOfMessage && _heldForClient is null;
        return true;
    }

    private async ValueTask<MilterReply> AskAsync(MilterCommand command, ReadOnlyMemory<byte> payload, bool? isReplyDue = null)
    {
        if (command == MilterCommand.Body && _isSkipping)
            return MilterReply.Skip;
        _isClientClosed = false;
        _connection.EnterCallback(isReplyDue ?? _agreement.IsReplyDue(command));
        try
        {
            return await Call(command, payload);
        }
        finally
        {
            _isEnded |= !_connection.LeaveCallback();
        }
    }

    private ValueTask<MilterReply> Call(MilterCommand command, ReadOnlyMemory<byte> payload)
    {
        switch (command)
        {
            case MilterCommand.Connect when MilterPayload.TryReadConnect(payload, out var client):
                return _callbacks.OnConnectAsync(client);
            case MilterCommand.Helo when MilterPayload.TryReadString(payload, out var name):
                return _callbacks.OnHeloAsync(name);
            case MilterCommand.Mail when MilterPayload.TryReadPath(payload, out var path, out var parameters):
                return _callbacks.OnMailAsync(path, parameters);
            case MilterCommand.Recipient when MilterPayload.TryReadPath(payload, out var path, out var parameters):
                return _callbacks.OnRecipientAsync(path, parameters);
            case MilterCommand.Data:
                return _callbacks.OnDataAsync();
            case MilterCommand.EndOfHeaders:
                return _callbacks.OnEndOfHeadersAsync();
            case MilterCommand.Body:
                return _callbacks.OnBodyAsync(payload);
            case MilterCommand.EndOfMessage:
                return _callbacks.OnEndOfMessageAsync(_edits);
            case MilterCommand.Unknown when MilterPayload.TryReadString(payload, out var line):
                return _callbacks.OnUnknownCommandAsync(line);
            default:
                throw Malformed(command);
        }
    }

    // ABORT, or what counts as one. Again or after the end of a message it does nothing.
    private async ValueTask ResetAsync()
    {
        _heldForMessage = null;
        if (_state > MilterState.Greeted)
            _state = MilterState.Greeted;
        if (!_inMessage)
            return;
        _inMessage = false;
        _connection.EnterCallback(isReplyDue: false);
        try
        {
            await _callbacks.OnAbortAsync();
        }
        finally
        {
            _isEnded |= !_connection.LeaveCallback();
        }
    }

    private async ValueTask CloseClientAsync()
    {
        await ResetAsync();
        _state = MilterState.Negotiated;
        _heldForClient = null;
        if (_isClientClosed)
            return;
        _isClientClosed = true;
        _connection.EnterCallback(isReplyDue: false);
        try
        {
            await _callbacks.OnClosedAsync();
        }
        finally
        {
            _isEnded |= !_connection.LeaveCallback();
        }
    }

    private async ValueTask FinishAsync()
    {
        await LastAsync(ResetAsync, "abort of a message");
        await LastAsync(CloseClientAsync, "close of a milter connection");
        await LastAsync(_callbacks.OnEndedAsync, "end of a milter connection");
    }

    private async ValueTask LastAsync(Func<ValueTask> call, string what)
    {
        try
        {
            await call();
        }
        catch (Exception e)
        {
            _logger.LogError(e, "exception at the {What}", what);
        }
    }

    private void StopIfIdle() => _connection.CloseUnlessBusy(() => _isBusy);

    private static MilterProtocolException Malformed(MilterCommand command) => new($"malformed {Describe(command)}");

    private static string Describe(MilterCommand command) => Enum.IsDefined(command) ? command.ToString() : $"0x{(byte)command:x2}";

    private static bool IsKnown(MilterCommand command) => Enum.IsDefined(command);
}
