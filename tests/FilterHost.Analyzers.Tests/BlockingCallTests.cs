namespace FilterHost.Analyzers.Tests;

/// <summary>FH0002.</summary>
public sealed class BlockingCallTests
{
    [Theory]
    [InlineData("var x = [|WorkAsync().Result|];")]
    [InlineData("var x = [|ValueAsync().Result|];")]
    [InlineData("[|WorkAsync().Wait()|];")]
    [InlineData("[|WorkAsync().Wait(1000)|];")]
    [InlineData("[|Task.WaitAll(WorkAsync())|];")]
    [InlineData("var x = [|WorkAsync().GetAwaiter().GetResult()|];")]
    [InlineData("var x = [|WorkAsync().ConfigureAwait(false).GetAwaiter().GetResult()|];")]
    [InlineData("[|Thread.Sleep(10)|];")]
    [InlineData("[|_gate.Wait()|];")]
    [InlineData("var x = [|File.ReadAllText(\"list\")|];")]
    [InlineData("[|File.AppendAllText(\"log\", \"x\")|];")]
    [InlineData("var x = [|System.Net.Dns.GetHostAddresses(\"example.com\")|];")]
    [InlineData("Action later = () => [|Thread.Sleep(10)|];")]
    public Task A_call_that_blocks_is_warned_of_in_a_filter(string statement) => Findings.AreMarkedAsync("FH0002", Filter(statement));

    [Theory]
    [InlineData("var x = await WorkAsync();")]
    [InlineData("await Task.Delay(10);")]
    [InlineData("await _gate.WaitAsync();")]
    [InlineData("var x = await File.ReadAllTextAsync(\"list\");")]
    [InlineData("var x = File.Exists(\"list\");")]
    [InlineData("var task = WorkAsync(); if (task.IsCompletedSuccessfully) Use(task.Result);")]
    [InlineData("var task = WorkAsync(); await Task.WhenAll(task); Use(task.Result);")]
    [InlineData("lock (_gate) Use(1);")]
    public Task What_does_not_wait_or_awaits_is_not(string statement) => Findings.AreMarkedAsync("FH0002", Filter(statement));

    [Fact]
    public Task Other_classes_may_block_their_own_threads() => Findings.AreMarkedAsync("FH0002", "public sealed class Worker { public void Run() => Thread.Sleep(10); }");

    [Fact]
    public Task A_service_for_other_plugins_is_called_by_filters() => Findings.AreMarkedAsync("FH0002", """
        public sealed class Store : FilterHost.Keys.ISigningKeyStore
        {
            public ValueTask<FilterHost.Keys.SigningKeys> FindKeysAsync(FilterHost.Keys.SigningQuery query, CancellationToken cancellationToken) => throw new NotSupportedException([|File.ReadAllText("keys")|]);
            public ValueTask<FilterHost.Keys.SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => default;
        }
        """);

    private static string Filter(string statement) => $$"""
        #pragma warning disable CS1998
        public sealed class Filter : MessageFilter
        {
            private readonly SemaphoreSlim _gate = new(1);
            public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
            {
                {{statement}}
                return Verdict.Continue;
            }
            private static void Use(int number) { }
            private static Task<int> WorkAsync() => Task.FromResult(1);
            private static ValueTask<int> ValueAsync() => new(1);
        }
        """;
}
