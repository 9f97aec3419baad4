using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Tests.Pipeline;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>Results between a milter and the filters around it.</summary>
public sealed class ForeignResultsTests
{
    private const string Theirs = "hAuthentication-Results\0 dkim.example.net;\n\tdkim=pass (2048-bit key) header.d=example.com header.i=@example.com header.a=rsa-sha256 header.s=s header.b=AbCd; spf=fail smtp.mailfrom=a@example.com\0";

    [Fact]
    public async Task Results_of_the_methods_that_it_publishes_go_into_the_hosts_one_field_and_those_of_others_are_dropped()
    {
        var seen = new List<AuthenticationResult>();
        var later = new ScriptedFilter.Script().AtEnd(message => seen.AddRange(message.Results));
        await using var milter = new ScriptedMilter().At('E', Theirs, "c");
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { Publishes = ["dkim"] }).Add("later", later);
        var output = await pipeline.SendAsync();
        var result = Assert.IsType<DkimSignatureResult>(Assert.Single(seen));
        Assert.Equal((DkimOutcome.Pass, "example.com", "s", ResultProvenance.Field), (result.Outcome, result.SigningDomain?.ToString(), result.Selector, result.Provenance));
        Assert.Single(PipelineUnderTest.TextOf(output).Split('\n'), line => line.StartsWith("Authentication-Results:", StringComparison.Ordinal));
        Assert.StartsWith("Authentication-Results: mx.example.net; dkim=pass header.d=example.com", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
        Assert.Equal([("foreign", "dropped the milter's spf=fail")], output.Notes);
    }

    [Fact]
    public async Task A_milter_that_publishes_nothing_adds_its_field_like_any_other()
    {
        await using var milter = new ScriptedMilter().At('E', Theirs, "c");
        await using var pipeline = ForeignPipeline.Of(milter);
        var output = await pipeline.SendAsync();
        Assert.Empty(output.Results);
        Assert.Contains("Authentication-Results: dkim.example.net;\r\n\tdkim=pass", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_cannot_be_read_is_dropped_and_noted()
    {
        await using var milter = new ScriptedMilter().At('E', "hAuthentication-Results\0 ;;; (\0", "c");
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { Publishes = ["dkim"] });
        var output = await pipeline.SendAsync();
        Assert.DoesNotContain("Authentication-Results", PipelineUnderTest.TextOf(output), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(output.Notes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_of_a_refused_message_are_not_published()
    {
        await using var milter = new ScriptedMilter().At('E', Theirs, "r");
        await using var pipeline = ForeignPipeline.Of(milter, settings => settings with { Publishes = ["dkim"] });
        Assert.Empty((await pipeline.SendAsync()).Results);
    }

    [Fact]
    public async Task It_is_shown_the_results_so_far_on_top_and_no_field_that_forges_our_name()
    {
        const string received = "Authentication-Results: mx.example.net; dkim=pass\r\nAuthentication-Results: other.example; dkim=fail\r\nFrom: a@example.com\r\n\r\nx\r\n";
        await using var milter = new ScriptedMilter();
        await using var pipeline = new ForeignPipeline().Add("test", Publisher()).Add(milter);
        var output = await pipeline.SendAsync(input => input with { Message = Encoding.ASCII.GetBytes(received) });
        Assert.Equal(["LAuthentication-Results| mx.example.net; x-test=pass|", "LAuthentication-Results| other.example; dkim=fail|", "LFrom| a@example.com|"],
            milter.Told.Where(frame => frame[0] == 'L'));
        Assert.Equal("Authentication-Results: mx.example.net; x-test=pass\r\nAuthentication-Results: other.example; dkim=fail\r\nFrom: a@example.com\r\n\r\nx\r\n", PipelineUnderTest.TextOf(output));
    }

    [Theory]
    [InlineData(1, "Authentication-Results: mx.example.net; x-test=pass\r\nAuthentication-Results: other.example; dkim=fail\r\nFrom: a@example.com\r\n\r\nx\r\n")]
    [InlineData(2, "Authentication-Results: mx.example.net; x-test=pass\r\nFrom: a@example.com\r\n\r\nx\r\n")]
    public async Task The_field_that_shows_the_results_counts_and_cannot_be_edited(uint index, string delivered)
    {
        await using var milter = new ScriptedMilter().At('E', ScriptedMilter.Indexed('m', index, "Authentication-Results", ""), "c");
        await using var pipeline = new ForeignPipeline().Add("test", Publisher()).Add(milter);
        var output = await pipeline.SendAsync(input => input with { Message = "Authentication-Results: other.example; dkim=fail\r\nFrom: a@example.com\r\n\r\nx\r\n"u8.ToArray() });
        Assert.Equal(delivered, PipelineUnderTest.TextOf(output));
    }

    [Fact]
    public async Task It_sees_the_edits_of_the_filters_before_it_and_edits_what_it_saw()
    {
        var before = new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["*"], EditsBody = true } }.AtEnd(message =>
        {
            message.Edits.Remove(message.Header.First("Subject")!);
            message.Edits.InsertAtTop("Subject", "zero");
            message.Edits.ReplaceBody("edited\r\n"u8);
        });
        await using var milter = new ScriptedMilter().At('E', ScriptedMilter.Indexed('m', 1, "Subject", " new"), "c");
        await using var pipeline = new ForeignPipeline().Add("before", before).Add(milter);
        var output = await pipeline.SendAsync();
        Assert.Equal(["LSubject| zero|", "LReceived| from a|"], milter.Told.Where(frame => frame[0] == 'L').Take(2));
        Assert.Contains("Bedited\r\n", milter.Told);
        Assert.Equal("Subject: new\r\nReceived: from a\r\nFrom: a@example.com\r\nSubject: two\r\n\tfolded\r\nTo: b@example.net\r\n\r\nedited\r\n", PipelineUnderTest.TextOf(output));
    }

    [Fact]
    public async Task A_milter_that_is_skipped_leaves_the_results_of_others_alone()
    {
        await using var milter = new ScriptedMilter().At('N', ScriptedMilter.Die);
        await using var pipeline = new ForeignPipeline().Add("test", Publisher()).Add(milter, onError: OnError.Skip);
        Assert.Equal("x-test", Assert.Single((await pipeline.SendAsync()).Results).Method);
    }

    private static ScriptedFilter.Script Publisher() =>
        new ScriptedFilter.Script { Traits = new FilterTraits { Publishes = ["x-test"] } }.AtEnd(message => message.Publish(new GenericResult("x-test", "pass")));
}
