using FilterHost;
using FilterHost.Testing;

namespace PluginNamespace.Tests;

public sealed class StemFilterTests
{
    [Fact]
    public async Task A_message_is_greeted()
    {
        var run = await FilterTest.For<StemPlugin>("""greeting = "Good morning" """).RunAsync();
        Assert.Equal("Good morning", run.Header("X-Greeting"));
        Assert.Equal(VerdictKind.Continue, run.Verdict);
    }
}
