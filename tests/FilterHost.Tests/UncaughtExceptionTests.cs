using FilterHost.Milter;

namespace FilterHost.Tests;

/// <summary>Exceptions of a plugin that come where nobody catches them: on a thread, timer or async void of its own.</summary>
public sealed class UncaughtExceptionTests
{
    [Theory]
    [InlineData("thread")]
    [InlineData("async_void")]
    [InlineData("timer")]
    [InlineData("wrapped")]
    [InlineData("finalizer")]
    public async Task One_costs_its_plugin_and_not_the_host(string origin)
    {
        using var place = Place(origin);
        await using var host = await place.ListenAsync();
        Assert.Equal(MilterReplyKind.Continue, (await SendAsync(place, "s")).Kind);
        while (!host.Log.Contains("a thread of plugin ThreadThrower threw", StringComparison.Ordinal))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Contains("nobody catches this", host.Log, StringComparison.Ordinal);
        var refused = await SendAsync(place, "s");
        Assert.Equal("451 4.3.0 filter thrower failed, try again later", System.Text.Encoding.ASCII.GetString(refused.Text.Span));
        var other = await SendAsync(place, "other");
        Assert.Equal((MilterReplyKind.Continue, 1), (other.Kind, other.Edits.Count));
        Assert.Equal(0, (await host.StopAsync()).Code);
        // The timer threw all the while.
        Assert.Single(host.Log.Split('\n'), line => line.Contains("a thread of plugin ThreadThrower", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_without_a_plugin_on_its_stack_ends_the_host()
    {
        using var place = Place("elsewhere");
        await using var host = await place.ListenAsync();
        // It may end before it answers.
        await Task.WhenAny(SendAsync(place, "s"));
        // SIGABRT, as the runtime ends.
        Assert.Equal(134, await host.ExitAsync());
        Assert.Contains("ObjectDisposedException", host.Log, StringComparison.Ordinal);
    }

    private static Workplace Place(string origin) => new Workplace().With($$"""
            warm_up = false
            [filter.thrower]
            plugin = "{{Workplace.TestPlugins}}/ThreadThrower"
            origin = "{{origin}}"
            [filter.secret]
            plugin = "{{Workplace.TestPlugins}}/SecretKeeper"
            secret = { env = "PATH" }
            [[listener]]
            socket = "unix:s"
            filters = ["thrower"]
            [[listener]]
            socket = "unix:other"
            filters = ["secret"]
            """);

    private static async Task<MilterResponse> SendAsync(Workplace place, string socket)
    {
        var cancel = TestContext.Current.CancellationToken;
        Assert.True(MilterAddress.TryParse($"unix:{place.Folder}/{socket}", out var address, out _));
        await using var client = await MilterClient.OpenAsync(address, null, cancel);
        await client.NegotiateAsync(new MilterOffer(6, MilterActions.All, (MilterSteps)0x1FFFFF), cancel);
        await client.ConnectAsync("client", '4', 25, "192.0.2.1", cancel);
        await client.HeloAsync("client", cancel);
        await client.MailAsync("<a@example.com>", [], cancel);
        await client.RecipientAsync("<b@example.net>", [], cancel);
        await client.HeaderAsync("From"u8.ToArray(), " a@example.com"u8.ToArray(), cancel);
        await client.EndOfHeadersAsync(cancel);
        return await client.EndOfMessageAsync(default, cancel);
    }
}
