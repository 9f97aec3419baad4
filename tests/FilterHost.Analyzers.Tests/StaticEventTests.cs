namespace FilterHost.Analyzers.Tests;

/// <summary>FH0003.</summary>
public sealed class StaticEventTests
{
    [Theory]
    [InlineData("AppDomain.CurrentDomain.ProcessExit += OnExit")]
    [InlineData("Console.CancelKeyPress += (_, _) => { }")]
    [InlineData("TaskScheduler.UnobservedTaskException += OnExit")]
    public Task A_subscription_that_outlives_the_plugin_is_warned_of(string subscription) => Findings.AreMarkedAsync("FH0003", Service($"[|{subscription}|];"));

    [Fact]
    public Task One_that_the_class_ends_is_not() =>
        Findings.AreMarkedAsync("FH0003", Service("AppDomain.CurrentDomain.ProcessExit += OnExit;", "AppDomain.CurrentDomain.ProcessExit -= OnExit;"));

    [Fact]
    public Task An_event_of_an_object_or_of_the_plugin_itself_goes_with_it() => Findings.AreMarkedAsync("FH0003",
        Service("Mine += OnExit; new FileSystemWatcher().Changed += (_, _) => { };") + "public static class Other { }");

    private static string Service(string start, string stop = "") => $$"""
        #pragma warning disable CS0067
        public sealed class Service : IDisposable
        {
            public static event EventHandler? Mine;
            public Service() { {{start}} }
            public void Dispose() { {{stop}} }
            private static void OnExit(object? sender, EventArgs arguments) { }
        }
        """;
}
