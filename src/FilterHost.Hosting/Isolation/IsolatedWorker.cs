using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using FilterHost.Hosting.Foreign;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>The worker of a filter, through all its processes: it is started anew when it dies, after a pause that grows while it dies again and again.</summary>
internal sealed class IsolatedWorker(string filter, WorkerOrder order, WorkerLimits limits, DirectoryInfo folder, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    private const MilterSteps OfferedSteps = (MilterSteps)0x1FFFFF;

    // The time is kept by the pipeline, which cancels.
    private static readonly MilterClientOptions ClientOptions = new() { ConnectTimeout = TimeSpan.FromSeconds(30), CommandTimeout = TimeSpan.FromDays(1), ContentTimeout = TimeSpan.FromDays(1) };

    private readonly ILogger _logger = loggers.CreateLogger("FilterHost.Isolation");
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<WorkerVisit, byte> _visits = new();
    private WorkerProcess? _process;
    private volatile WorkerProcess? _serving;
    private Task _supervising = Task.CompletedTask;
    private int _deaths;

    /// <summary>How often it has died.</summary>
    public int Deaths => Volatile.Read(ref _deaths);

    /// <summary>The id of the process that serves, or null while none does.</summary>
    public int? ProcessId => _serving?.Id;

    /// <summary>Starts a process and gives it the order.</summary>
    /// <exception cref="IOException">It cannot be started, or dies of it.</exception>
    public async Task<WorkerAnswer> PrepareAsync(CancellationToken cancel)
    {
        _process = WorkerProcess.Start(order with { Token = NewToken() }, limits, loggers, time);
        return await _process.OrderAsync(limits.StartTime, cancel).ConfigureAwait(false);
    }

    /// <summary>Has the prepared process serve.</summary>
    /// <exception cref="IOException">It fails to.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        await ServeAsync(_process!, cancel).ConfigureAwait(false);
        _supervising = SuperviseAsync(_process!);
    }

    /// <summary>Ends it: messages in it are finished first. Never fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _supervising.ConfigureAwait(false);
        if (_process is { } process)
            await process.StopAsync(order.StopDeadline).ConfigureAwait(false);
        Remove(folder);
        _stop.Dispose();
    }

    /// <summary>Connects.</summary>
    /// <exception cref="IOException">The worker is not there.</exception>
    public async Task<ForeignLink> OpenAsync(CancellationToken cancel)
    {
        var process = Serving();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(order.Socket), cancel).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"the worker of {filter} cannot be reached: {exception.Message}", exception);
        }
        var client = new MilterClient(new WorkerStream(socket, limits.CloseTime, time, () => process.Kill("is in a call that overran its time and does not come back")), ClientOptions);
        try
        {
            await client.NegotiateAsync(new MilterOffer(6, MilterActions.All, OfferedSteps), cancel).ConfigureAwait(false);
            return new ForeignLink(client);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The word that the worker of now was given.</summary>
    /// <exception cref="IOException">The worker is not there.</exception>
    public string Token() => Serving().Token;

    /// <summary>A message comes in.</summary>
    public WorkerVisit Enter()
    {
        var visit = new WorkerVisit();
        _visits.TryAdd(visit, 0);
        return visit;
    }

    /// <summary>The message is over.</summary>
    public void Leave(WorkerVisit visit) => _visits.TryRemove(visit, out _);

    private static string NewToken() => $"X-FilterHost-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    private WorkerProcess Serving() => _serving ?? throw new IOException($"the worker of {filter} is down; it is started again within {limits.LongestPause.TotalSeconds:0} s");

    private async Task ServeAsync(WorkerProcess process, CancellationToken cancel)
    {
        var answer = await process.StartServingAsync(limits.StartTime, cancel).ConfigureAwait(false);
        if (!answer.IsGood)
            throw new IOException(string.Join("; ", answer.Problems));
        _serving = process;
        _logger.LogInformation("filter {Filter} runs in process {Process}", filter, process.Id);
    }

    private async Task SuperviseAsync(WorkerProcess process)
    {
        var pause = limits.FirstPause;
        while (true)
        {
            var since = time.GetTimestamp();
            await WatchAsync(process).ConfigureAwait(false);
            if (_stop.IsCancellationRequested)
                return;
            _serving = null;
            Interlocked.Increment(ref _deaths);
            if (time.GetElapsedTime(since) >= limits.LongestPause)
                pause = limits.FirstPause;
            _logger.LogError("the worker of filter {Filter}, process {Process}, {Ending}; messages in it get on_error, and so does all mail until it is back, in {Pause} s or later", filter, process.Id, process.Ending, pause.TotalSeconds);
            if (!await PauseAsync(pause).ConfigureAwait(false))
                return;
            pause = pause * 2 < limits.LongestPause ? pause * 2 : limits.LongestPause;
            process = await StartAgainAsync(process).ConfigureAwait(false);
        }
    }

    // The next process, which may be dead already; the one before where there is none.
    private async Task<WorkerProcess> StartAgainAsync(WorkerProcess before)
    {
        try
        {
            var process = _process = WorkerProcess.Start(order with { Token = NewToken(), RunsChecks = false }, limits, loggers, time);
            var answer = await process.OrderAsync(limits.StartTime, _stop.Token).ConfigureAwait(false);
            if (answer.IsGood)
                await ServeAsync(process, _stop.Token).ConfigureAwait(false);
            else
                _logger.LogError("the worker of filter {Filter} cannot start again: {Problems}", filter, string.Join("; ", answer.Problems));
            return process;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            if (!_stop.IsCancellationRequested)
                _logger.LogError("the worker of filter {Filter} cannot start again: {Problem}", filter, exception.Message);
            return _process ?? before;
        }
    }

    // Until the process is gone or the host stops it.
    private async Task WatchAsync(WorkerProcess process)
    {
        var watch = new UsageWatch(limits);
        using var timer = new PeriodicTimer(limits.Interval, time);
        var last = time.GetTimestamp();
        while (!process.Exited.IsCompleted && !_stop.IsCancellationRequested)
        {
            await Task.WhenAny(process.Exited, timer.WaitForNextTickAsync(_stop.Token).AsTask()).ConfigureAwait(false);
            var elapsed = time.GetElapsedTime(last);
            last = time.GetTimestamp();
            if (ProcessUsage.Of(process.Id) is { } usage && watch.Excess(usage, [.. _visits.Keys], elapsed) is { } excess)
                process.Kill(excess);
        }
    }

    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, time, _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An empty folder of the runtime directory, which goes with it.
        }
    }
}
