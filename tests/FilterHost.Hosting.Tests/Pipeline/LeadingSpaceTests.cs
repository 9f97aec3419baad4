using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>Field bodies as filters see them where the MTA does not offer SMFIP_HDR_LEADSPC: it takes one space after the colon off, and no tab.</summary>
public sealed class LeadingSpaceTests
{
    [Theory]
    [InlineData(" x")]
    [InlineData("   x ")]
    [InlineData("  ")]
    [InlineData("\tx")]
    [InlineData(" x\r\n\ty")]
    public async Task The_space_is_put_back(string body) => Assert.Equal(body, await SeenAsync(body, (MilterSteps)0xFFFFF));

    [Theory]
    [InlineData("x", " x")]
    [InlineData("", " ")]
    [InlineData("\r\n x", " \r\n x")]
    [InlineData(" \tx", "\tx")]
    public async Task Rarer_beginnings_cannot_be_told_apart_from_common_ones(string body, string seen)
    {
        Assert.Equal(seen, await SeenAsync(body, (MilterSteps)0xFFFFF));
        Assert.Equal(body, await SeenAsync(body, (MilterSteps)0x1FFFFF));
    }

    private static async Task<string> SeenAsync(string body, MilterSteps offered)
    {
        var seen = "";
        var script = new ScriptedFilter.Script().AtEnd(message => seen = Encoding.ASCII.GetString(message.Header.First("X-A")!.Body.Span));
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(PipelineUnderTest.Of(new PipelineLimits(), new ResultsPolicy(), ("see", script, OnError.Tempfail)), watchdog);
        await using var client = await PipelineOverSocket.OpenAsync(listener, offered: offered);
        await PipelineOverSocket.SendAsync(client, ("X-A", body));
        return seen;
    }
}
