using System.Globalization;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Plugins.Tests;

/// <summary>Threads that a plugin does not give back get what the others leave of the processors, until they are back.</summary>
public sealed class LentThreadTests
{
    private readonly LentThread _lent = new();

    public LentThreadTests()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "only Linux has a nice value for each thread");
        Assert.SkipWhen(!CanBeTakenBack(), "this user may raise the nice value of a thread and not lower it again (ulimit -e)");
    }

    [Fact]
    public void One_is_slowed_down_while_it_is_away_and_gets_its_share_again()
    {
        var usual = Niceness();
        var during = RunOn(() =>
        {
            _lent.Lend();
            SlowDownFromElsewhere();
            var slowed = Niceness();
            _lent.TakeBack();
            return (slowed, Niceness());
        });
        Assert.Equal((19, usual), during);
    }

    [Fact]
    public void One_that_is_back_is_left_alone() => Assert.Equal(Niceness(), RunOn(() =>
    {
        _lent.Lend();
        _lent.TakeBack();
        SlowDownFromElsewhere();
        return Niceness();
    }));

    // Whatever the order of the two, none stays slow.
    [Fact]
    public void None_stays_slow_that_comes_back_at_that_very_moment()
    {
        var usual = Niceness();
        Assert.Equal(usual, RunOn(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                using var start = new Barrier(2);
                _lent.Lend();
                var other = new Thread(() =>
                {
                    start.SignalAndWait();
                    _lent.SlowDown();
                });
                other.Start();
                start.SignalAndWait();
                Thread.SpinWait(i % 50);
                _lent.TakeBack();
                other.Join();
                if (Niceness() != usual)
                    break;
            }
            return Niceness();
        }));
    }

    // A thread that has been slowed down by mistake must not be one of the test runner's.
    private static T RunOn<T>(Func<T> action)
    {
        T result = default!;
        var thread = new Thread(() => result = action());
        thread.Start();
        thread.Join();
        return result;
    }

    private void SlowDownFromElsewhere() => RunOn(() =>
    {
        _lent.SlowDown();
        return true;
    });

    private static bool CanBeTakenBack()
    {
        // uid of the process, and the line of /proc/self/limits that says "Max nice priority".
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max nice priority", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return Environment.IsPrivilegedProcess || int.Parse(limit, CultureInfo.InvariantCulture) >= 20;
    }

    // proc(5): the 19th value; the name, which is the second, may hold spaces.
    private static int Niceness()
    {
        var text = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
