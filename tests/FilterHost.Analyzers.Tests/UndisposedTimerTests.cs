namespace FilterHost.Analyzers.Tests;

/// <summary>FH0005.</summary>
public sealed class UndisposedTimerTests
{
    [Theory]
    [InlineData("[|new Timer(_ => { }, null, 0, 1000)|];")]
    [InlineData("_ = [|new Timer(_ => { }, null, 0, 1000)|];")]
    [InlineData("_timer = [|new Timer(_ => { }, null, 0, 1000)|];")]
    [InlineData("_timer ??= [|new Timer(_ => { }, null, 0, 1000)|];")]
    [InlineData("_other = [|new System.Timers.Timer(1000)|]; _other.Start();")]
    [InlineData("_periodic = [|new PeriodicTimer(TimeSpan.FromSeconds(1))|];")]
    [InlineData("_made = [|TimeProvider.System.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.Zero)|];")]
    [InlineData("var timer = [|new Timer(_ => { }, null, 0, 1000)|]; timer.Change(0, 500);")]
    public Task A_timer_that_nothing_disposes_is_warned_of(string start) => Findings.AreMarkedAsync("FH0005", Service(start));

    [Theory]
    [InlineData("_timer = new Timer(_ => { }, null, 0, 1000);", "_timer?.Dispose();")]
    [InlineData("_periodic = new PeriodicTimer(TimeSpan.FromSeconds(1));", "_periodic!.Dispose();")]
    [InlineData("_made = TimeProvider.System.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.Zero);", "_made!.DisposeAsync().AsTask();")]
    [InlineData("using var timer = new Timer(_ => { }, null, 0, 1000);", "")]
    [InlineData("using (new Timer(_ => { }, null, 0, 1000)) { }", "")]
    [InlineData("var timer = new Timer(_ => { }, null, 0, 1000); timer.Dispose();", "")]
    [InlineData("var timer = new Timer(_ => { }, null, 0, 1000); Keep(timer);", "")]
    [InlineData("Keep(new Timer(_ => { }, null, 0, 1000));", "")]
    public Task One_that_is_disposed_or_handed_on_is_not(string start, string stop) => Findings.AreMarkedAsync("FH0005", Service(start, stop));

    [Fact]
    public Task A_field_with_its_timer_is_looked_at_too() => Findings.AreMarkedAsync("FH0005", "public sealed class Service { private readonly Timer _timer = [|new Timer(_ => { }, null, 0, 1000)|]; }");

    private static string Service(string start, string stop = "") => $$"""
        #pragma warning disable CS0169, CS0649, CS0414
        public sealed class Service : IDisposable
        {
            private Timer? _timer;
            private System.Timers.Timer? _other;
            private PeriodicTimer? _periodic;
            private ITimer? _made;
            public Service() { {{start}} }
            public void Dispose() { {{stop}} }
            private static void Keep(Timer timer) { }
        }
        """;
}
