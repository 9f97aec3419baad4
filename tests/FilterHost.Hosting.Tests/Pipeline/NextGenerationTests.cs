using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Milter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>What becomes of a connection when the listener's pipeline is replaced under it.</summary>
public sealed class NextGenerationTests : IDisposable
{
    private readonly Watchdog _watchdog = new();
    private readonly Uses _first = new();
    private readonly Uses _second = new();
    private readonly Record _record = new();

    public void Dispose() => _watchdog.Dispose();

    [Fact]
    public async Task A_message_in_hand_ends_in_the_generation_in_which_it_began_and_the_next_one_is_of_the_newest()
    {
        var source = new PipelineSource(Refusing("old"), _first);
        var conversation = await ConnectAsync(source);
        Assert.Equal(MilterReply.Continue, await MailAsync(conversation));
        source.Replace(Refusing("new"), _second);
        Assert.Equal("550 5.7.1 old [f]", await DataAsync(conversation));
        Assert.Equal((1, 0), (_first.Count, _second.Count));
        Assert.Equal("550 5.7.1 new [f]", await RefusalAsync(conversation));
        Assert.Equal((0, 1), (_first.Count, _second.Count));
        await conversation.OnClosedAsync();
        Assert.Equal(1, _second.Count);
        await conversation.OnEndedAsync();
        await conversation.OnEndedAsync();
        Assert.Equal((0, 0), (_first.Count, _second.Count));
    }

    [Fact]
    public async Task A_new_connection_takes_the_newest_at_once()
    {
        var source = new PipelineSource(Refusing("old"), _first);
        source.Replace(Refusing("new"), _second);
        var conversation = await ConnectAsync(source);
        Assert.Equal((0, 1), (_first.Count, _second.Count));
        Assert.Equal("550 5.7.1 new [f]", await RefusalAsync(conversation));
    }

    [Fact]
    public void A_generation_that_has_ended_in_the_meantime_is_never_taken()
    {
        var source = new PipelineSource(Refusing("old"), _first);
        _first.OnAcquire = () =>
        {
            _first.HasEnded = true;
            source.Replace(Refusing("new"), _second);
        };
        using var _ = new Returned(source.Take());
        Assert.Equal((0, 1), (_first.Count, _second.Count));
    }

    [Theory]
    [InlineData(MilterSteps.NoReplyRecipient, MilterActions.All, "old")]
    [InlineData(MilterSteps.NoBody, MilterActions.All, "old")]
    [InlineData(MilterSteps.Skip | MilterSteps.DataSize1M | MilterSteps.HeaderLeadingSpace, MilterActions.All, "new")]
    [InlineData(MilterSteps.None, MilterActions.All & ~MilterActions.AddHeaders, "old")]
    [InlineData(MilterSteps.None, MilterActions.AddHeaders, "new")]
    public async Task A_connection_stays_where_what_it_agreed_on_is_too_little_for_the_newest(MilterSteps agreed, MilterActions granted, string expected)
    {
        var source = new PipelineSource(Refusing("old"), _first);
        var conversation = await ConnectAsync(source, agreed, granted);
        source.Replace(PipelineUnderTest.Of(("f", Script("new", new FilterTraits { EditsFields = ["X-Test"] }), OnError.Tempfail)), _second);
        Assert.Equal($"550 5.7.1 {expected} [f]", await RefusalAsync(conversation));
        Assert.Equal(expected == "old" ? (1, 0) : (0, 1), (_first.Count, _second.Count));
    }

    [Fact]
    public async Task A_connection_stays_where_the_newest_asks_for_macros_that_it_did_not_ask_for()
    {
        var wanting = PipelineUnderTest.Of(("f", Script("new", new FilterTraits { Macros = [new MacroRequest(MacroStage.Mail, ["{client_ptr}"])] }), OnError.Tempfail));
        foreach (var (granted, expected) in new[] { (MilterActions.All, "old"), (MilterActions.All & ~MilterActions.SetMacroList, "new") })
        {
            var source = new PipelineSource(Refusing("old"), _first);
            var conversation = await ConnectAsync(source, granted: granted);
            source.Replace(wanting, _second);
            Assert.Equal($"550 5.7.1 {expected} [f]", await RefusalAsync(conversation));
        }
    }

    [Fact]
    public async Task A_connection_of_an_observer_stays_one()
    {
        var source = new PipelineSource(Refusing("old"), _first);
        var conversation = await ConnectAsync(source);
        var observed = new FilterPipeline("test", [], [], new PipelineLimits(), new ResultsPolicy(), NullLogger.Instance, TimeProvider.System) { IsObserved = true };
        source.Replace(observed, _second);
        Assert.Equal("550 5.7.1 old [f]", await RefusalAsync(conversation));
    }

    [Fact]
    public async Task A_new_connection_filter_hears_of_the_connect_and_the_helo_before_the_message()
    {
        var source = new PipelineSource(Pipeline(), _first);
        var conversation = await ConnectAsync(source);
        source.Replace(Pipeline(Member("new")), _second);
        await MailAsync(conversation);
        Assert.Equal(["new connect 192.0.2.1", "new helo client"], _record.Lines);
    }

    [Fact]
    public async Task A_connection_filter_of_an_instance_that_stays_keeps_its_state_and_one_that_goes_is_told_so()
    {
        var (kept, gone) = (Member("kept"), Member("gone"));
        var source = new PipelineSource(Pipeline(gone, kept), _first);
        var conversation = await ConnectAsync(source);
        _record.Lines.Clear();
        source.Replace(Pipeline(kept), _second);
        await MailAsync(conversation);
        Assert.Equal(["gone ended"], _record.Lines);
        await conversation.OnAbortAsync();
        await conversation.OnClosedAsync();
        Assert.Equal(["gone ended", "kept ended"], _record.Lines);
    }

    [Fact]
    public async Task What_a_new_connection_filter_says_of_the_connect_is_the_answer_to_every_message_of_the_client()
    {
        var source = new PipelineSource(Pipeline(), _first);
        var conversation = await ConnectAsync(source);
        source.Replace(Pipeline(Member("refusing")), _second);
        Assert.Equal("550 5.7.1 no [refusing]", (await MailAsync(conversation)).SmtpReply?.ToString());
        Assert.Equal("550 5.7.1 no [refusing]", (await MailAsync(conversation)).SmtpReply?.ToString());
        await conversation.OnClosedAsync();
        Assert.Equal("550 5.7.1 no [refusing]", (await conversation.OnConnectAsync(Client)).SmtpReply?.ToString());
    }

    [Fact]
    public async Task Who_is_a_peer_is_judged_by_the_newest_lists()
    {
        var source = new PipelineSource(Pipeline(), _first);
        var conversation = await ConnectAsync(source);
        source.Replace(
            new FilterPipeline("test", [], [], new PipelineLimits(), new ResultsPolicy(), NullLogger.Instance, TimeProvider.System)
            {
                Clients = new ClientPolicy { Peers = HostList.Of([HostPattern.Parse("192.0.2.0/24")]) },
            },
            _second);
        Assert.Equal(MilterReply.Accept, await MailAsync(conversation));
    }

    private static MilterClientAddress Client { get; } = new("client"u8.ToArray(), '4', 25, "192.0.2.1"u8.ToArray());

    private static FilterPipeline Refusing(string text) => PipelineUnderTest.Of(("f", Script(text), OnError.Tempfail));

    private static ScriptedFilter.Script Script(string text, FilterTraits? traits = null) =>
        new ScriptedFilter.Script { Traits = traits ?? new FilterTraits() }.At(FilterStage.Data, _ => Verdict.Reject(text));

    private static FilterPipeline Pipeline(params ConnectionMember[] members) =>
        new("test", members, [], new PipelineLimits(), new ResultsPolicy(), NullLogger.Instance, TimeProvider.System);

    private ConnectionMember Member(string name)
    {
        var instance = PluginInstance.Configure(name, "Recording", new RecordingPlugin(), _record, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);
        instance.Build(_ => throw new InvalidOperationException("no services here"));
        return new ConnectionMember(instance, instance.ConnectionFilters[0], new FilterGuard(instance, OnError.Tempfail, null));
    }

    private async Task<MilterConversation> ConnectAsync(PipelineSource source, MilterSteps agreed = MilterSteps.None, MilterActions granted = MilterActions.All)
    {
        var conversation = new MilterConversation(source, _watchdog, NullLogger.Instance, TimeProvider.System);
        conversation.OnNegotiated(new MilterOffer(6, granted, agreed), granted, agreed);
        Assert.Equal(MilterReply.Continue, await conversation.OnConnectAsync(Client));
        Assert.Equal(MilterReply.Continue, await conversation.OnHeloAsync("client"u8.ToArray()));
        return conversation;
    }

    private static async Task<MilterReply> MailAsync(MilterConversation conversation) => await conversation.OnMailAsync("<a@example.com>"u8.ToArray(), []);

    private static async Task<string?> DataAsync(MilterConversation conversation)
    {
        var reply = await conversation.OnDataAsync();
        await conversation.OnAbortAsync();
        return reply.SmtpReply?.ToString();
    }

    private static async Task<string?> RefusalAsync(MilterConversation conversation)
    {
        Assert.Equal(MilterReply.Continue, await MailAsync(conversation));
        return await DataAsync(conversation);
    }

    private sealed class Returned(PipelineSource.Lease lease) : IDisposable
    {
        public void Dispose() => lease.Return();
    }

    private sealed class Uses : ICounted
    {
        public int Count { get; private set; }

        public bool HasEnded { get; set; }

        public Action? OnAcquire { get; set; }

        public bool TryAcquire()
        {
            OnAcquire?.Invoke();
            if (!HasEnded)
                Count++;
            return !HasEnded;
        }

        public void Release() => Count--;
    }

    private sealed class Record
    {
        public List<string> Lines { get; } = [];
    }

    private sealed class RecordingPlugin : FilterPlugin<Record>
    {
        public override void Configure(IPluginBuilder builder, Record settings)
        {
            builder.Services.AddSingleton(new Name(builder.InstanceName));
            builder.AddConnectionFilter<RecordingFilter>();
        }
    }

    private sealed record Name(string Text);

    private sealed class RecordingFilter(Record record, Name name) : ConnectionFilter
    {
        public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken)
        {
            record.Lines.Add($"{name.Text} connect {connection.ClientAddress}");
            return name.Text == "refusing" ? Verdict.Reject("no") : Verdict.Continue;
        }

        public override ValueTask<Verdict> OnHeloAsync(SmtpConnection connection, CancellationToken cancellationToken)
        {
            record.Lines.Add($"{name.Text} helo {connection.Helo}");
            return Verdict.Continue;
        }

        public override ValueTask OnConnectionEndedAsync()
        {
            record.Lines.Add($"{name.Text} ended");
            return ValueTask.CompletedTask;
        }
    }
}
