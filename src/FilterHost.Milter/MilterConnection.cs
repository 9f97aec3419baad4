using System.Buffers;
using System.Net.Sockets;

namespace FilterHost.Milter;

/// <summary>The socket of a session: frames in from one contiguous buffer, octets out, deadlines, and the lock by which other threads may write or close while a callback runs.</summary>
internal sealed class MilterConnection(Socket socket, MilterSessionOptions options)
{
    private const int BufferSize = 128 * 1024;
    // A progress or a seizing reply is a few octets; an MTA whose window is full for this long reads no more.
    private const int UrgentSendMilliseconds = 1000;

    private static readonly byte[] ProgressFrame = [0, 0, 0, 1, MilterReplyCode.Progress];

    private readonly Lock _gate = new();
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _needed;
    private long _deadline = long.MaxValue;
    private long _frameDeadline = long.MaxValue;
    private long _openingDeadline = long.MaxValue;
    private bool _isInCallback;
    private bool _isReplyDue;
    private bool _isSeized;
    private bool _isClosed;

    /// <summary>Why this end closed, if it did.</summary>
    public string? CloseReason { get; private set; }

    public MilterFrameStatus TryRead(out byte code, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        var status = MilterFrameReader.Read(_buffer.AsSpan(_start, _end - _start), options.MaximumFrame, out code, out var length);
        _needed = length;
        if (status != MilterFrameStatus.Complete)
            return status;
        payload = _buffer.AsMemory(_start + MilterFrameReader.PrefixLength, length - MilterFrameReader.PrefixLength);
        _start += length;
        _frameDeadline = long.MaxValue;
        return status;
    }

    /// <summary>Waits for more octets; false at the end of the stream.</summary>
    public async ValueTask<bool> ReceiveAsync(bool isOpening, bool isIdle)
    {
        var isEmpty = _start == _end;
        SetDeadline(isOpening, isEmpty);
        if (isEmpty)
        {
            (_start, _end) = (0, 0);
            if (isIdle || _buffer.Length > BufferSize)
                Release();
            // Many connections wait most of the time: none of those holds a buffer.
            if (isIdle)
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
        }
        MakeSpace();
        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        Volatile.Write(ref _deadline, long.MaxValue);
        _end += count;
        return count > 0;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> octets)
    {
        Volatile.Write(ref _deadline, After(options.FrameTimeout));
        while (octets.Length > 0)
            octets = octets[await socket.SendAsync(octets, SocketFlags.None)..];
        Volatile.Write(ref _deadline, long.MaxValue);
    }

    public void EnterCallback(bool isReplyDue)
    {
        lock (_gate)
            (_isInCallback, _isReplyDue) = (true, isReplyDue);
    }

    /// <summary>False if the session was seized meanwhile.</summary>
    public bool LeaveCallback()
    {
        lock (_gate)
        {
            _isInCallback = false;
            return !_isSeized;
        }
    }

    public bool TrySendProgress()
    {
        lock (_gate)
            return _isInCallback && _isReplyDue && !_isSeized && !_isClosed && TrySendUrgently(ProgressFrame);
    }

    public bool Seize(MilterReply reply)
    {
        lock (_gate)
        {
            if (!_isInCallback || _isSeized)
                return false;
            _isSeized = true;
            if (_isReplyDue && !_isClosed)
                SendUrgently(reply);
            CloseLocked("seized");
            return true;
        }
    }

    public void Close()
    {
        lock (_gate)
            CloseLocked(null);
    }

    public void CloseUnlessBusy(Func<bool> isBusy)
    {
        lock (_gate)
        {
            if (!_isInCallback && !isBusy())
                CloseLocked("stopped");
        }
    }

    /// <summary>Looks at the deadline from time to time: one timer a connection costs less than arming one for each wait.</summary>
    public ITimer StartTimer()
    {
        var shortest = Math.Min(options.NegotiationTimeout.Ticks, Math.Min(options.IdleTimeout.Ticks, options.FrameTimeout.Ticks));
        var period = TimeSpan.FromTicks(Math.Max(shortest / 4, TimeSpan.TicksPerMillisecond * 10));
        _openingDeadline = After(options.NegotiationTimeout);
        return options.TimeProvider.CreateTimer(static connection => ((MilterConnection)connection!).CheckDeadline(), this, period, period);
    }

    /// <summary>Gives back the buffer; nothing in it is needed any more.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void SetDeadline(bool isOpening, bool isEmpty)
    {
        if (!isEmpty && _frameDeadline == long.MaxValue)
            _frameDeadline = After(options.FrameTimeout);
        var deadline = isEmpty ? After(options.IdleTimeout) : _frameDeadline;
        Volatile.Write(ref _deadline, isOpening ? Math.Min(deadline, _openingDeadline) : deadline);
    }

    private long After(TimeSpan time) =>
        options.TimeProvider.GetTimestamp() + (long)(time.TotalSeconds * options.TimeProvider.TimestampFrequency);

    private void CheckDeadline()
    {
        if (options.TimeProvider.GetTimestamp() < Volatile.Read(ref _deadline))
            return;
        lock (_gate)
            CloseLocked("timed out");
    }

    // A frame has to be contiguous. The buffer grows as octets arrive, never for a length that was only stated.
    private void MakeSpace()
    {
        if (_buffer.Length == 0)
            _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var used = _end - _start;
        if (_start > 0 && (_end == _buffer.Length || _needed > _buffer.Length - _start))
            Move(_buffer);
        if (_end < _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * _buffer.Length, Math.Max(_needed, used + 1)));
        var old = _buffer;
        Move(larger);
        _buffer = larger;
        ArrayPool<byte>.Shared.Return(old);
    }

    private void Move(byte[] target)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_start, _end) = (0, _end - _start);
    }

    private void SendUrgently(MilterReply reply)
    {
        var frames = new MilterFrameWriter();
        MilterReplyWriter.Write(frames, reply);
        TrySendUrgently(frames.Written.Span);
        frames.Release();
    }

    private bool TrySendUrgently(ReadOnlySpan<byte> octets)
    {
        try
        {
            socket.SendTimeout = UrgentSendMilliseconds;
            var sent = socket.Send(octets, SocketFlags.None, out var error);
            if (error == SocketError.Success && sent == octets.Length)
                return true;
        }
        catch (SocketException)
        {
            // The connection is gone; closing it below tells the session.
        }
        CloseLocked("the MTA does not read");
        return false;
    }

    private void CloseLocked(string? reason)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        CloseReason = reason;
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }
        socket.Dispose();
    }
}
