using System.Collections.Concurrent;

namespace FilterHost.Hosting.Pipeline;

/// <summary>
/// A thread of its own that looks after all connections: it sends PROGRESS, and takes a connection whose filter blocks its thread. It needs no thread of the pool,
/// so it works when plugins have taken them all; then it sees to it that there are more.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<MilterConversation, byte> _conversations = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly ThreadReserve _reserve = new();
    private readonly Thread _thread;
    private long _rounds;

    public Watchdog()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "filterhost-watchdog" };
        _thread.Start();
    }

    /// <summary>How often it has looked after all connections.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    public void Add(MilterConversation conversation) => _conversations.TryAdd(conversation, 0);

    public void Remove(MilterConversation conversation) => _conversations.TryRemove(conversation, out _);

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(Interval))
        {
            foreach (var (conversation, _) in _conversations)
                conversation.Watch();
            if (!_conversations.IsEmpty)
                _reserve.Look();
            Interlocked.Increment(ref _rounds);
        }
    }
}
