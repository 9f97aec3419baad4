using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>Whose mail a message is, by what the MTA says of its client.</summary>
public sealed class ClientPolicyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mail.example.com", '4', "192.0.2.1", "", true)]
    [InlineData("mail.example.com", '4', "192.0.2.1", "{client_resolve}=OK", true)]
    [InlineData("mail.example.com", '6', "IPv6:2001:db8::1", "", true)]
    // What leads to another address, or to none, or where that could not be found out, is anybody's name.
    [InlineData("mail.example.com", '4', "192.0.2.1", "{client_resolve}=FORGED", false)]
    [InlineData("mail.example.com", '4', "192.0.2.1", "{client_resolve}=FAIL", false)]
    [InlineData("mail.example.com", '4', "192.0.2.1", "{client_resolve}=TEMP", false)]
    [InlineData("mail.example.com", '4', "192.0.2.1", "_=mail.example.com [192.0.2.1] (may be forged)", false)]
    [InlineData("unknown", '4', "192.0.2.1", "", false)]
    [InlineData("[192.0.2.1]", '4', "192.0.2.1", "", false)]
    [InlineData("mail.example.com", 'U', "", "", false)]
    [InlineData("mail.example.com", 'L', "/socket", "", false)]
    public async Task Only_a_verified_name_of_a_client_with_an_address_is_looked_up(string name, char family, string address, string macros, bool isInternal)
    {
        var clients = new ClientPolicy { Internal = Hosts(".example.com") };
        Assert.Equal(isInternal ? "client is internal" : $"client {(family is '4' ? "192.0.2.1" : "unknown")} not internal, not authenticated", await OriginAsync(clients, name, family, address, macros));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.1", false)]
    public async Task A_client_is_internal_by_its_address_whatever_its_name(string address, bool isInternal) =>
        Assert.Equal(isInternal, (await OriginAsync(new ClientPolicy { Internal = Hosts("127.0.0.0/8") }, "unknown", address.Contains(':', StringComparison.Ordinal) ? '6' : '4', address)).EndsWith("is internal", StringComparison.Ordinal));

    [Theory]
    [InlineData("ORIGINATING", "mail of daemon ORIGINATING is internal")]
    [InlineData("originating", "client 192.0.2.1 not internal, not authenticated")]
    [InlineData("", "client 192.0.2.1 not internal, not authenticated")]
    public async Task Mail_of_a_daemon_in_the_list_is_internal_and_the_log_says_so(string daemon, string origin) =>
        Assert.Equal(origin, await OriginAsync(new ClientPolicy { InternalDaemons = ["SUBMISSION", "ORIGINATING"] }, connectMacros: $"{{daemon_name}}={daemon}"));

    [Theory]
    [InlineData("{tls_version}", "{tls_version}=TLSv1.3", "", "mail with macro {tls_version} = TLSv1.3 is internal")]
    [InlineData("cert_subject=a|b", "", "{cert_subject}=b", "mail with macro {cert_subject} = b is internal")]
    [InlineData("cert_subject=a|b", "", "{cert_subject}=c", "client 192.0.2.1 not internal, not authenticated")]
    [InlineData("r=ESMTPS", "", "r=ESMTPS", "mail with macro r = ESMTPS is internal")]
    // The newest stage's value counts.
    [InlineData("x=new", "x=old", "x=new", "mail with macro x = new is internal")]
    public async Task Mail_with_a_macro_is_internal_from_whichever_stage_it_is_known(string condition, string connectMacros, string mailMacros, string origin) =>
        Assert.Equal(origin, await OriginAsync(new ClientPolicy { InternalMacros = [Macro(condition)] }, connectMacros: connectMacros, mailMacros: mailMacros));

    [Fact]
    public async Task A_macro_that_comes_with_the_end_of_the_message_changes_no_origin()
    {
        var (pipeline, seen) = Seeing(new ClientPolicy { InternalMacros = [Macro("late")] });
        using var watchdog = new Watchdog();
        var conversation = new MilterConversation(new PipelineSource(pipeline), watchdog, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);
        await conversation.OnConnectAsync(new MilterClientAddress("unknown"u8.ToArray(), '4', 25, "192.0.2.1"u8.ToArray()));
        await conversation.OnMailAsync("<a@example.com>"u8.ToArray(), []);
        await conversation.OnRecipientAsync("<b@example.com>"u8.ToArray(), []);
        await conversation.OnEndOfHeadersAsync();
        conversation.OnMacros(MilterCommand.EndOfMessage, "{late}\0yes\0"u8);
        await conversation.EndOfMessageAsync(null);
        Assert.Equal("client 192.0.2.1 not internal, not authenticated", Assert.Single(seen));
    }

    [Fact]
    public void The_MTA_is_asked_for_the_macros_that_decide()
    {
        var (pipeline, _) = Seeing(new ClientPolicy { Internal = Hosts(".example.com"), InternalMacros = [Macro("cert_subject=a"), Macro("r")] });
        var lists = PipelineNegotiation.For(pipeline).MacroLists.ToDictionary(request => request.Stage, request => request.Names);
        Assert.Contains("{client_resolve}", lists[MacroStage.Connect]);
        Assert.Contains("{daemon_name}", lists[MacroStage.Connect]);
        Assert.Equal(["{cert_subject}", "r"], lists[MacroStage.Mail].TakeLast(2));
        Assert.Equal(["i", "{cert_subject}", "r"], lists[MacroStage.EndOfHeaders]);
        Assert.Empty(PipelineNegotiation.For(Seeing(new ClientPolicy { Internal = Hosts("192.0.2.1") }).Pipeline).MacroLists);
    }

    [Fact]
    public async Task A_peer_is_accepted_at_connect_and_no_filter_hears_of_it()
    {
        var (pipeline, seen) = Seeing(new ClientPolicy { Peers = Hosts("192.0.2.1"), Internal = Hosts("192.0.2.0/24") });
        using var watchdog = new Watchdog();
        await using var listener = await PipelineOverSocket.ListenAsync(pipeline, watchdog);
        await using var client = await PipelineOverSocket.OpenAsync(listener);
        Assert.Equal(MilterReplyKind.Accept, (await client.ConnectAsync("mail.example.com", '4', 25, "192.0.2.1", Cancel)).Kind);
        await using var other = await PipelineOverSocket.OpenAsync(listener);
        Assert.Equal(MilterReplyKind.Continue, (await other.ConnectAsync("mail.example.com", '4', 25, "192.0.2.2", Cancel)).Kind);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task A_peer_whose_MTA_goes_on_all_the_same_is_heard_by_nobody()
    {
        var (pipeline, seen) = Seeing(new ClientPolicy { Peers = Hosts("192.0.2.1") });
        var output = await PipelineUnderTest.RunAsync(pipeline);
        Assert.Equal((MilterReplyKind.Accept, TransactionOutcome.Passed), (output.Reply.Kind, output.Outcome));
        Assert.Equal(PipelineUnderTest.Message, PipelineUnderTest.TextOf(output));
        Assert.Empty(seen);
    }

    private static HostList Hosts(params string[] items) => HostList.Of([.. items.Select(HostPattern.Parse)]);

    private static MacroCondition Macro(string text) => MacroCondition.TryParse(text, out var condition) ? condition : throw new FormatException(text);

    private static (FilterPipeline Pipeline, List<string> Seen) Seeing(ClientPolicy clients)
    {
        var seen = new List<string>();
        var script = new ScriptedFilter.Script().AtEnd(message => seen.Add(message.DescribeOrigin()));
        return (PipelineUnderTest.Of(clients, ("see", script, OnError.Tempfail)), seen);
    }

    private static async Task<string> OriginAsync(
        ClientPolicy clients, string name = "unknown", char family = '4', string address = "192.0.2.1", string connectMacros = "", string mailMacros = "")
    {
        var (pipeline, seen) = Seeing(clients);
        using var watchdog = new Watchdog();
        var conversation = new MilterConversation(new PipelineSource(pipeline), watchdog, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);
        conversation.OnMacros(MilterCommand.Connect, Pairs(connectMacros));
        await conversation.OnConnectAsync(new MilterClientAddress(Encoding.ASCII.GetBytes(name), family, 25, Encoding.ASCII.GetBytes(address)));
        conversation.OnMacros(MilterCommand.Mail, Pairs(mailMacros));
        await conversation.OnMailAsync("<a@example.com>"u8.ToArray(), []);
        await conversation.OnRecipientAsync("<b@example.com>"u8.ToArray(), []);
        await conversation.OnEndOfHeadersAsync();
        await conversation.EndOfMessageAsync(null);
        return Assert.Single(seen);
    }

    private static byte[] Pairs(string macro) => Encoding.ASCII.GetBytes(macro.Length == 0 ? "" : $"{macro.Replace('=', '\0')}\0");
}
