using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>A filter that waits for those before it has its stages when they are done.</summary>
public sealed class WaitingFilterTests
{
    [Fact]
    public async Task It_sees_edits_and_results_of_the_end_of_the_message_from_its_end_of_headers_on()
    {
        var seen = new List<string>();
        var body = new StringBuilder();
        var waiting = Waiting();
        waiting.At(FilterStage.EndOfHeaders, transaction => Say((MailMessage)transaction));
        waiting.Steps[FilterStage.Body] = (_, chunk) =>
        {
            body.Append(Encoding.ASCII.GetString(chunk.Span));
            return Verdict.Continue;
        };
        await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("first", Editor(), OnError.Tempfail), ("second", waiting, OnError.Tempfail)), chunkSize: 3);
        Assert.Equal(["fields: X-First, Received, From, Subject, Subject, To; results: spam=pass"], seen);
        Assert.Equal("hello\r\nworld\r\n", body.ToString());
        Assert.Equal([FilterStage.EndOfHeaders, FilterStage.Body, FilterStage.EndOfMessage], waiting.Seen.Where(stage => stage >= FilterStage.EndOfHeaders).Distinct());

        Verdict Say(MailMessage message)
        {
            seen.Add($"fields: {string.Join(", ", message.Header.Select(field => Encoding.ASCII.GetString(field.Name.Span)))}; results: {string.Join(", ", message.Results.Select(result => $"{result.Method}={result.Word}"))}");
            return Verdict.Continue;
        }
    }

    [Fact]
    public async Task The_body_is_kept_for_it_only_behind_a_filter_that_edits_or_publishes()
    {
        Assert.True(Of(Editor(), Waiting()).KeepsBody);
        Assert.False(Of(new ScriptedFilter.Script { Traits = new FilterTraits() }, Waiting()).KeepsBody);
        var alone = Waiting();
        var order = new List<string>();
        alone.At(FilterStage.EndOfHeaders, _ => Say("waiting"));
        var last = new ScriptedFilter.Script { Traits = new FilterTraits() }.At(FilterStage.Body, _ => Say("last"));
        await PipelineUnderTest.RunAsync(Of(alone, last));
        Assert.Equal(["waiting", "last"], order);

        Verdict Say(string who)
        {
            order.Add(who);
            return Verdict.Continue;
        }

        static FilterPipeline Of(ScriptedFilter.Script first, ScriptedFilter.Script second) =>
            PipelineUnderTest.Of(new PipelineLimits(), new ResultsPolicy { AuthservId = "mx.example.net" }, ("first", first, OnError.Tempfail), ("second", second, OnError.Tempfail));
    }

    [Theory]
    [InlineData(nameof(FilterStage.EndOfHeaders))]
    [InlineData(nameof(FilterStage.Body))]
    [InlineData(nameof(FilterStage.EndOfMessage))]
    public async Task Its_refusal_at_any_stage_refuses_the_message_and_its_later_stages_do_not_come(string name)
    {
        var stage = Enum.Parse<FilterStage>(name);
        var waiting = Waiting().At(stage, _ => Verdict.Reject("no"));
        var output = await PipelineUnderTest.RunAsync(PipelineUnderTest.Of(("first", Editor(), OnError.Tempfail), ("second", waiting, OnError.Tempfail)));
        Assert.Equal(TransactionOutcome.Rejected, output.Outcome);
        Assert.Equal("550 5.7.1 no [second]", output.Reply.SmtpReply!.ToString());
        Assert.Equal(stage, waiting.Seen[^1]);
        Assert.Empty(output.Edits);
    }

    private static ScriptedFilter.Script Waiting() => new() { Traits = new FilterTraits { WaitsForEarlierFilters = true } };

    private static ScriptedFilter.Script Editor() => new ScriptedFilter.Script { Traits = new FilterTraits { EditsFields = ["X-First"], Publishes = ["spam"] } }.AtEnd(message =>
    {
        message.Edits.InsertAtTop("X-First", "1");
        message.Publish(new GenericResult("spam", "pass"));
    });
}
