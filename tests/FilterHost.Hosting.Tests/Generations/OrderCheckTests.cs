using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Tests.Pipeline;

namespace FilterHost.Hosting.Tests.Generations;

/// <summary>The order of filters is checked against what they declare, never changed.</summary>
public sealed class OrderCheckTests
{
    private static readonly FilterTraits Signer = new() { SignsBody = true, SignsFields = ["From", "List-*"], EditsFields = ["DKIM-Signature"] };

    [Fact]
    public void A_need_is_met_by_an_earlier_filter_only()
    {
        var (verify, dmarc) = (new FilterTraits { Publishes = ["dkim"] }, new FilterTraits { Needs = ["dkim"] });
        Assert.Empty(Errors([], ("verify", verify), ("dmarc", dmarc)));
        Assert.Equal(["filter dmarc needs the results of dkim, and no filter before it publishes them; put verify, which publishes it, before dmarc"], Errors([], ("dmarc", dmarc), ("verify", verify)));
        Assert.Equal(["filter dmarc needs the results of dkim, and no filter before it publishes them; add a filter that publishes it before dmarc"], Errors([], ("dmarc", dmarc)));
        Assert.Empty(Errors(["dkim"], ("dmarc", dmarc)));
    }

    [Theory]
    [InlineData("from", "the from field")]
    [InlineData("List-Id", "the List-Id field")]
    [InlineData("*", "any header field")]
    public void What_is_signed_is_not_edited_later(string field, string part)
    {
        var editor = new FilterTraits { EditsFields = [field] };
        Assert.Empty(Errors([], ("edit", editor), ("sign", Signer)));
        Assert.Equal([$"filter edit may edit {part}, which filter sign before it has signed; put edit before sign"], Errors([], ("sign", Signer), ("edit", editor)));
    }

    [Fact]
    public void The_body_is_not_edited_after_it_is_signed() =>
        Assert.Equal(["filter edit may edit the body, which filter sign before it has signed; put edit before sign"], Errors([], ("sign", Signer), ("edit", new FilterTraits { EditsBody = true })));

    [Theory]
    [InlineData("X-Hello")]
    [InlineData("Lis")]
    public void Other_fields_may_be_edited_behind_the_signer(string field) =>
        Assert.Empty(Errors([], ("sign", Signer), ("edit", new FilterTraits { EditsFields = [field] }), ("again", Signer)));

    private static IEnumerable<string> Errors(string[] given, params (string Name, FilterTraits Traits)[] filters) =>
        OrderCheck.Errors(PipelineUnderTest.Of([.. filters.Select(filter => (filter.Name, new ScriptedFilter.Script { Traits = filter.Traits }, OnError.Tempfail))]).Members, given.Contains);
}
