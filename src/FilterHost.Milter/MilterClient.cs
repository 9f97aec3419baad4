using System.Net.Sockets;

namespace FilterHost.Milter;

/// <summary>
/// The MTA's end of a connection to a filter. Steps that were negotiated away are not sent, and replies that were negotiated away are not awaited: such frames go out with the next one
/// that has a reply. One call at a time.
/// </summary>
/// <remarks>A filter that breaks the protocol gives <see cref="MilterProtocolException"/>, a lost connection <see cref="IOException"/>, one that is late <see cref="TimeoutException"/>.</remarks>
public sealed class MilterClient : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly MilterClientOptions _options;
    private readonly MilterFrameWriter _output = new();
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;
    private MilterAgreement _agreement = MilterAgreement.None;

    /// <summary>Makes a client on a connected stream, which it owns from then on.</summary>
    public MilterClient(Stream stream, MilterClientOptions? options = null) => (_stream, _options) = (stream, options ?? new());

    /// <summary>The version agreed; 0 before the negotiation.</summary>
    public uint Version => _agreement.Version;

    /// <summary>The edits that the filter may ask for.</summary>
    public MilterActions Actions => _agreement.Actions;

    /// <summary>The options agreed.</summary>
    public MilterSteps Steps => _agreement.Steps;

    /// <summary>Macros that the filter asks for.</summary>
    public IReadOnlyList<MacroRequest> MacroLists { get; private set; } = [];

    /// <summary>
    /// False where the filter has closed the connection, or sent what nobody asked for. Asked while no reply is due: between messages it says whether the connection can be used again.
    /// </summary>
    public bool IsQuiet => _start == _end && !(_stream is NetworkStream { Socket: var socket } && socket.Poll(0, SelectMode.SelectRead));

    /// <summary>Connects to a filter.</summary>
    /// <exception cref="IOException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public static async Task<MilterClient> OpenAsync(MilterAddress address, MilterClientOptions? options, CancellationToken cancel)
    {
        options ??= new();
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            return new MilterClient(new NetworkStream(await ConnectSocketAsync(address, both.Token), ownsSocket: true), options);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no connection to {address} within {options.ConnectTimeout}");
        }
        catch (SocketException e)
        {
            throw new IOException($"cannot connect to {address}: {e.Message}", e);
        }
    }

    /// <summary>Makes the offer and reads the filter's answer (SMFIC_OPTNEG).</summary>
    public async Task NegotiateAsync(MilterOffer offer, CancellationToken cancel)
    {
        _output.Begin((byte)MilterCommand.Negotiate);
        _output.Number(offer.Version);
        _output.Number((uint)offer.Actions);
        _output.Number((uint)offer.Steps);
        _output.End();
        await FlushAsync(cancel);
        var (code, data) = await ReadAsync(_options.ConnectTimeout, cancel);
        if (code != (byte)MilterCommand.Negotiate || data.Length < 12)
            throw new MilterProtocolException("no negotiation reply");
        _agreement = MilterAgreement.Check(offer, data.Span);
        if (!MilterReplyPayload.TryReadMacroLists(data.Span[12..], out var lists) || (lists.Count > 0 && !offer.Actions.HasFlag(MilterActions.SetMacroList)))
            throw new MilterProtocolException("bad macro lists in the negotiation reply");
        MacroLists = lists;
    }

    /// <summary>Gives the macros of a command (SMFIC_MACRO); they go out with it.</summary>
    public void SetMacros(MilterCommand command, params IReadOnlyList<KeyValuePair<string, string>> macros)
    {
        _output.Begin((byte)MilterCommand.Macro);
        _output.Octet((byte)command);
        foreach (var (name, value) in macros)
        {
            String(name);
            String(value);
        }
        _output.End();
    }

    /// <summary>SMFIC_CONNECT.</summary>
    public Task<MilterResponse> ConnectAsync(string hostName, char family, ushort port, string address, CancellationToken cancel)
    {
        if (Skips(MilterSteps.NoConnect))
            return NoResponse;
        _output.Begin((byte)MilterCommand.Connect);
        String(hostName);
        _output.Octet((byte)family);
        if (family != 'U')
        {
            _output.Port(port);
            String(address);
        }
        return FinishAsync(MilterCommand.Connect, cancel);
    }

    /// <summary>SMFIC_HELO.</summary>
    public Task<MilterResponse> HeloAsync(string name, CancellationToken cancel) =>
        Skips(MilterSteps.NoHelo) ? NoResponse : SendStringsAsync(MilterCommand.Helo, name, [], cancel);

    /// <summary>SMFIC_MAIL.</summary>
    public Task<MilterResponse> MailAsync(string path, IReadOnlyList<string> parameters, CancellationToken cancel) =>
        Skips(MilterSteps.NoMail) ? NoResponse : SendStringsAsync(MilterCommand.Mail, path, parameters, cancel);

    /// <summary>SMFIC_RCPT.</summary>
    public Task<MilterResponse> RecipientAsync(string path, IReadOnlyList<string> parameters, CancellationToken cancel) =>
        Skips(MilterSteps.NoRecipient) ? NoResponse : SendStringsAsync(MilterCommand.Recipient, path, parameters, cancel);

    /// <summary>SMFIC_DATA; version 4 brought it.</summary>
    public Task<MilterResponse> DataAsync(CancellationToken cancel) =>
        Skips(MilterSteps.NoData) || Version < 4 ? NoResponse : SendAsync(MilterCommand.Data, default, cancel);

    /// <summary>SMFIC_HEADER.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">All octets after the colon; folds are CRLF and white space.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task<MilterResponse> HeaderAsync(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        if (Skips(MilterSteps.NoHeaders))
            return NoResponse;
        if (name.Span.Contains((byte)0) || value.Span.Contains((byte)0))
            throw new ArgumentException("NUL in a header field");
        _output.Begin((byte)MilterCommand.Header);
        _output.Octets(name.Span);
        _output.Octet(0);
        WriteValue(!Steps.HasFlag(MilterSteps.HeaderLeadingSpace) && value.Span.StartsWith(" "u8) ? value.Span[1..] : value.Span);
        _output.Octet(0);
        return FinishAsync(MilterCommand.Header, cancel);
    }

    /// <summary>SMFIC_EOH.</summary>
    public Task<MilterResponse> EndOfHeadersAsync(CancellationToken cancel) =>
        Skips(MilterSteps.NoEndOfHeaders) ? NoResponse : SendAsync(MilterCommand.EndOfHeaders, default, cancel);

    /// <summary>SMFIC_BODY, in frames of the agreed size, up to the first reply that is not Continue.</summary>
    public async Task<MilterResponse> BodyAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var response = MilterResponse.None;
        while (!Skips(MilterSteps.NoBody) && body.Length > 0 && response.Kind == MilterReplyKind.Continue)
        {
            var chunk = body[..Math.Min(body.Length, MilterDataSize.Of(Steps))];
            response = await SendAsync(MilterCommand.Body, chunk, cancel);
            body = body[chunk.Length..];
        }
        return response;
    }

    /// <summary>SMFIC_BODYEOB.</summary>
    /// <param name="lastChunk">A last part of the body in the same frame; MTAs do not send one, but may.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task<MilterResponse> EndOfMessageAsync(ReadOnlyMemory<byte> lastChunk, CancellationToken cancel) =>
        SendAsync(MilterCommand.EndOfMessage, lastChunk, cancel);

    /// <summary>SMFIC_UNKNOWN; version 3 brought it.</summary>
    public Task<MilterResponse> UnknownCommandAsync(string line, CancellationToken cancel) =>
        Skips(MilterSteps.NoUnknown) || Version < 3 ? NoResponse : SendStringsAsync(MilterCommand.Unknown, line, [], cancel);

    /// <summary>SMFIC_ABORT.</summary>
    public Task AbortAsync(CancellationToken cancel) => SendBareAsync(MilterCommand.Abort, cancel);

    /// <summary>SMFIC_QUIT_NC: the next command is CONNECT for another SMTP client.</summary>
    public Task QuitNewConnectionAsync(CancellationToken cancel) => SendBareAsync(MilterCommand.QuitNewConnection, cancel);

    /// <summary>SMFIC_QUIT.</summary>
    public Task QuitAsync(CancellationToken cancel) => SendBareAsync(MilterCommand.Quit, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _output.Release();
        return _stream.DisposeAsync();
    }

    private static Task<MilterResponse> NoResponse { get; } = Task.FromResult(MilterResponse.None);

    private static async Task<Socket> ConnectSocketAsync(MilterAddress address, CancellationToken cancel)
    {
        SocketException? last = null;
        foreach (var endPoint in await address.ResolveAsync(cancel))
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(endPoint, cancel);
                if (address.Path is null)
                    socket.NoDelay = true;
                return socket;
            }
            catch (Exception e)
            {
                socket.Dispose();
                last = e as SocketException;
                if (last is null)
                    throw;
            }
        }
        throw last!;
    }

    private bool Skips(MilterSteps step) => (Steps & step) != 0;

    private Task SendBareAsync(MilterCommand command, CancellationToken cancel)
    {
        _output.Empty((byte)command);
        return FlushAsync(cancel);
    }

    private Task<MilterResponse> SendStringsAsync(MilterCommand command, string first, IReadOnlyList<string> rest, CancellationToken cancel)
    {
        _output.Begin((byte)command);
        String(first);
        foreach (var text in rest)
            String(text);
        return FinishAsync(command, cancel);
    }

    private Task<MilterResponse> SendAsync(MilterCommand command, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        _output.Begin((byte)command);
        _output.Octets(data.Span);
        return FinishAsync(command, cancel);
    }

    private Task<MilterResponse> FinishAsync(MilterCommand command, CancellationToken cancel)
    {
        _output.End();
        if (_agreement.IsReplyDue(command))
            return AwaitResponseAsync(command, cancel);
        // What has no reply gathers, but not without bound.
        return _output.Length < 256 * 1024 ? NoResponse : FlushedAsync(cancel);
    }

    private async Task<MilterResponse> FlushedAsync(CancellationToken cancel)
    {
        await FlushAsync(cancel);
        return MilterResponse.None;
    }

    private async Task<MilterResponse> AwaitResponseAsync(MilterCommand command, CancellationToken cancel)
    {
        await FlushAsync(cancel);
        List<MilterEdit> edits = [];
        var (progress, octets) = (0, 0L);
        while (true)
        {
            var (code, data) = await ReadAsync(TimeoutOf(command), cancel);
            if (MilterReplyPayload.TryReadFinal(code, data, out var kind, out var text))
                return Final(command, new(kind, text, edits, progress));
            if (code == MilterReplyCode.Progress && data.IsEmpty)
            {
                progress++;
                continue;
            }
            edits.Add(ReadEdit(command, code, data));
            octets += MilterFrameReader.PrefixLength + data.Length;
            if (octets > _options.MaximumEdits)
                throw new MilterProtocolException($"more than {_options.MaximumEdits} octets of edits");
        }
    }

    private MilterResponse Final(MilterCommand command, MilterResponse response)
    {
        if (response.Kind == MilterReplyKind.Skip && (command != MilterCommand.Body || !Steps.HasFlag(MilterSteps.Skip)))
            throw new MilterProtocolException($"skip in reply to {command}");
        return response;
    }

    private MilterEdit ReadEdit(MilterCommand command, byte code, ReadOnlyMemory<byte> data)
    {
        var edit = MilterReplyPayload.TryReadEdit(code, data, out var needed) ?? throw new MilterProtocolException($"malformed or unknown reply 0x{code:x2} to {command}");
        if ((Actions & needed) == 0)
            throw new MilterProtocolException($"an edit that was not negotiated: {needed}");
        // Postfix takes a quarantine at any step.
        if (command != MilterCommand.EndOfMessage && edit is not MilterEdit.Quarantine)
            throw new MilterProtocolException($"an edit in reply to {command}");
        return edit;
    }

    private TimeSpan TimeoutOf(MilterCommand command) => command is MilterCommand.Header or MilterCommand.EndOfHeaders or MilterCommand.Body or MilterCommand.EndOfMessage
        ? _options.ContentTimeout
        : _options.CommandTimeout;

    private async Task FlushAsync(CancellationToken cancel)
    {
        await WithinAsync(_options.ContentTimeout, async token =>
        {
            await _stream.WriteAsync(_output.Written, token);
            return 0;
        }, cancel);
        _output.Clear();
    }

    private Task<(byte Code, ReadOnlyMemory<byte> Data)> ReadAsync(TimeSpan timeout, CancellationToken cancel) =>
        WithinAsync(timeout, ReadFrameAsync, cancel);

    private async Task<T> WithinAsync<T>(TimeSpan time, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(time, _options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"the filter did not answer within {time}");
        }
    }

    private async Task<(byte Code, ReadOnlyMemory<byte> Data)> ReadFrameAsync(CancellationToken cancel)
    {
        while (true)
        {
            var status = MilterFrameReader.Read(_buffer.AsSpan(_start, _end - _start), _options.MaximumFrame, out var code, out var length);
            if (status == MilterFrameStatus.Complete)
            {
                // A copy: edits outlive the buffer.
                var data = _buffer.AsSpan(_start + MilterFrameReader.PrefixLength, length - MilterFrameReader.PrefixLength).ToArray();
                _start += length;
                return (code, data);
            }
            if (status != MilterFrameStatus.Incomplete)
                throw new MilterProtocolException(status == MilterFrameStatus.Empty ? "a frame of length 0" : $"a frame longer than {_options.MaximumFrame}");
            MakeSpace();
            var count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (count == 0)
                throw new EndOfStreamException("the filter closed the connection");
            _end += count;
        }
    }

    private void MakeSpace()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    private void WriteValue(ReadOnlySpan<byte> value)
    {
        while (value.IndexOf("\r\n"u8) is var end and >= 0)
        {
            _output.Octets(value[..end]);
            _output.Octet((byte)'\n');
            value = value[(end + 2)..];
        }
        _output.Octets(value);
    }

    private void String(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("NUL in a string of the milter protocol");
        _output.Text(text);
        _output.Octet(0);
    }
}
