using FilterHost.Hosting.Isolation;

namespace FilterHost.Hosting.Tests.Isolation;

public sealed class UsageWatchTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly UsageWatch _watch = new(new WorkerLimits(100, TimeSpan.FromSeconds(10)));
    private TimeSpan _cpu;

    [Fact]
    public void CPU_time_before_the_first_look_is_the_start_and_counts_for_nothing() => Assert.Null(After(60));

    [Fact]
    public void Messages_share_what_is_taken_while_they_are_in()
    {
        WorkerVisit one = new(), two = new();
        After(0);
        Assert.Null(After(18, one, two));
        Assert.Null(After(0.9, one));
        Assert.Equal(9.9, one.Cpu.TotalSeconds, 3);
        Assert.Contains("for one message", After(0.2, one), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_messages_one_after_the_other_are_no_excess()
    {
        After(0);
        for (var message = 0; message < 100; message++)
            Assert.Null(After(9, new WorkerVisit()));
    }

    [Fact]
    public void With_no_message_in_it_the_limit_is_for_a_minute()
    {
        After(0);
        for (var second = 0; second < 600; second++)
            Assert.Null(After(0.1));
        Assert.Contains("with no message in it", After(10), StringComparison.Ordinal);
    }

    [Fact]
    public void More_memory_than_the_limit_is_an_excess()
    {
        Assert.Null(_watch.Excess(new ProcessUsage(TimeSpan.Zero, 100), [], Look));
        Assert.Contains("isolation_memory", _watch.Excess(new ProcessUsage(TimeSpan.Zero, 101), [], Look), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_of_its_own_takes_memory_and_time() =>
        Assert.True(ProcessUsage.Of(Environment.ProcessId) is { Memory: > 1 << 20 } usage && usage.Cpu > TimeSpan.Zero);

    [Fact]
    public void A_process_that_is_gone_takes_nothing() => Assert.Null(ProcessUsage.Of(int.MaxValue));

    private string? After(double seconds, params WorkerVisit[] visits)
    {
        _cpu += TimeSpan.FromSeconds(seconds);
        return _watch.Excess(new ProcessUsage(_cpu, 0), visits, Look);
    }
}
