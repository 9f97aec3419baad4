using FilterHost.Keys;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing.Tests;

/// <summary>What a test may expect of a run, and what it reads where that is not so.</summary>
public sealed class ExpectationTests
{
    private static readonly FilterTest Hello = FilterTest.For<HelloPlugin>();

    public static TheoryData<string, Func<FilterRun, FilterRun>> OfARefusal { get; } = new()
    {
        { "Expected the message to be delivered", run => run.ExpectDelivered() },
        { "Expected the message to be delivered", run => run.ExpectUnchanged() },
        { "Expected the message to be delivered", run => run.ExpectMessage("") },
        { "Expected the message to be refused for now", run => run.ExpectTempFailed() },
        { "Expected the message to be refused for good with a reply that contains \"not today\"", run => run.ExpectRejected("not today") },
        { "Expected the message to be discarded", run => run.ExpectDiscarded() },
        { "Expected the message to be held with a reason that contains \"odd\"", run => run.ExpectQuarantined("odd") },
        { "Expected the header field Subject: Greetings", run => run.ExpectHeader("Subject", "Greetings") },
        { "Expected the result spf=pass", run => run.ExpectResult("spf", "pass") },
        { "Expected a note that contains \"held\"", run => run.ExpectNote("held") },
        { "Expected a line of level Warning in the log that contains \"a bug\"", run => run.ExpectLog(LogLevel.Warning, "a bug") },
        { "Expected no warning and no error in the log", run => run.ExpectNoProblems() },
    };

    [Theory]
    [MemberData(nameof(OfARefusal))]
    public async Task What_is_not_so_is_said_with_what_the_filter_did(string message, Func<FilterRun, FilterRun> expect)
    {
        var run = await FilterTest.For<LimitedPlugin>("throw = true\non_error = \"reject\"").RunAsync();
        var failure = Assert.Throws<ExpectationException>(() => expect(run));
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains("verdict: Reject, 550 5.3.0 filter limited failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("log: Error: 4ABCDE1234: filter limited threw at EndOfHeaders", failure.Message, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException: a bug", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_so_goes_on_to_the_next_expectation()
    {
        (await Hello.RunAsync()).ExpectDelivered().ExpectHeader("X-Hello", "Hello").ExpectNoHeader("X-Other").ExpectNoProblems()
            .ExpectLog(LogLevel.Information, "4ABCDE1234").ExpectBody("Hello Bob,\nhow are you?\n");
        (await FilterTest.For<LimitedPlugin>().RunAsync()).ExpectUnchanged();
        (await FilterTest.For<LimitedPlugin>("throw = true").RunAsync()).ExpectTempFailed("451 4.3.0 filter limited failed");
        (await FilterTest.For<LimitedPlugin>("throw = true\non_error = \"reject\"").RunAsync()).ExpectRejected("550 5.3.0");
        (await FilterTest.For<LimitedPlugin>("throw = true\non_error = \"skip\"").RunAsync()).ExpectDelivered().ExpectResult("x-limited", "temperror");
        (await Scripted(end: _ => Verdict.Discard).RunAsync()).ExpectDiscarded();
        var held = await Scripted(end: message =>
        {
            message.Edits.Quarantine("very odd");
            message.Note("held it");
            return Verdict.Continue;
        }).RunAsync();
        held.ExpectQuarantined("odd").ExpectNote("held");
        Assert.Throws<ExpectationException>(held.ExpectDelivered);
    }

    [Fact]
    public async Task A_field_is_compared_decoded() =>
        (await Hello.WithField("Subject", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=").RunAsync()).ExpectHeader("Subject", "Grüße");

    [Fact]
    public async Task A_message_that_differs_is_shown_as_a_diff()
    {
        var run = await Hello.WithMessage("A: 1\nB: 2\nC: 3\nD: 4\nE: 5\nF: 6\n\none\ntwo\nthree \n").RunAsync();
        run.ExpectMessage("A: 1\nB: 2\nC: 3\nD: 4\nE: 5\nF: 6\nX-Hello: Hello\n\none\ntwo\nthree \n");
        var failure = Assert.Throws<ExpectationException>(() => run.ExpectMessage("A: 1\nB: 2\nC: 3\nD: 4\nE: 5\nF: 6\nX-Hello: Hi\n\none\n\ttwo\nthree\n"));
        Assert.StartsWith("""
            Expected this message (-), but it is another (+):
              ...
              D: 4
              E: 5
              F: 6
            - X-Hello: Hi
            + X-Hello: Hello
              
              one
            - 	two
            - three
            + two
            + three $
              

            verdict: Continue
            edit: hello appends X-Hello: Hello
            """, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_long_message_the_part_around_the_difference_is_shown()
    {
        var lines = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"{number}\n"));
        var run = await Hello.WithBody(lines).RunAsync();
        var failure = Assert.Throws<ExpectationException>(() => run.ExpectBody(lines.Replace("\n15000\n", "\nelse\n", StringComparison.Ordinal)));
        Assert.StartsWith("Expected this body (-), but it is another (+):\n  ...\n  14997\n  14998\n  14999\n- else\n+ 15000\n  15001\n  15002\n  15003\n\nverdict:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_store_that_never_answers_costs_the_filter_its_time_limit()
    {
        var test = Asking(new TestKeyStore("example.com") { Delay = Timeout.InfiniteTimeSpan }, "time_limit = \"50ms\"");
        (await test.RunAsync()).ExpectTempFailed("filter key_asking failed").ExpectLog(LogLevel.Error, "at EndOfMessage");
    }

    [Fact]
    public async Task A_key_store_answers_as_the_test_says()
    {
        var store = new TestKeyStore("example.com");
        (await Asking(store).RunAsync()).ExpectNote("Found Signed");
        Assert.Equal("a", Assert.Single(store.Queries).AuthorLocalPart);
        (await Asking(new TestKeyStore("example.net")).RunAsync()).ExpectNote("NotOurs");
        (await Asking(new TestKeyStore("example.com") { Answer = new SigningKeys.Unavailable("down") }).RunAsync()).ExpectNote("Unavailable");
        (await Asking(new TestKeyStore("example.com") { SigningAnswer = new SigningOutcome.Unavailable("down") }).RunAsync()).ExpectNote("Found Unavailable");
        (await Asking(new TestKeyStore("example.com") { Fault = new IOException("no vault") }).RunAsync()).ExpectTempFailed().ExpectLog(LogLevel.Error, "threw");
    }

    private static FilterTest Scripted(Func<CompleteMessage, ValueTask<Verdict>> end) =>
        FilterTest.For(new ScriptedPlugin(), new ScriptedPlugin.Script { End = (message, _) => end(message) });

    private static FilterTest Asking(TestKeyStore store, string settings = "") => FilterTest.For<KeyAskingPlugin>(settings).WithSigningKeys(store);
}
