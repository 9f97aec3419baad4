using System.Text.Json;

namespace FilterHost.Tests;

/// <summary>What check prints of each listener: the order of its filters, and what is asked of the MTA.</summary>
public sealed class CheckReportTests
{
    private static readonly string Settings =
        $$"""
        [filter.first]
        plugin = "{{Workplace.TestPlugins}}/TraitDeclarer"
        publishes = ["spf", "dkim"]
        edits_fields = ["Subject", "X-Note"]
        edits_body = true
        time_limit = "5s"

        [filter.second]
        plugin = "{{Workplace.TestPlugins}}/TraitDeclarer"
        needs = ["dkim"]
        uses = ["spf"]
        quarantines = true
        signs = true
        on_error = "skip"
        connect_macros = ["{client_addr}"]

        [[listener]]
        socket = "unix:s"
        filters = ["first", "second"]

        """;

    [Fact]
    public async Task The_text_has_each_filter_in_order_with_what_it_declares()
    {
        using var place = new Workplace().With(Settings);
        var output = (await place.RunAsync("check", "--no-dns", "--mta-user", "root")).Expect(0).Output;
        Assert.StartsWith(
            $"""
            unix:{place.Folder}/s
              first (TraitDeclarer): publishes spf, dkim; may edit Subject, X-Note, body; on error tempfail
              second (TraitDeclarer): needs dkim; uses spf; signs body; may quarantine; on error skip
              must be granted: ADDHDRS CHGBODY CHGHDRS QUARANTINE
              steps: NOBODY NR_HDR NOUNKNOWN NODATA SKIP NR_CONN NR_HELO NR_MAIL NR_RCPT NR_DATA NR_UNKN NR_EOH NR_BODY HDR_LEADSPC MDS_256K MDS_1M
              macros at CONNECT: j v _ {"{daemon_name} {daemon_addr} {if_name} {if_addr} {client_addr}"}

            """, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_is_complete()
    {
        using var place = new Workplace().With(Settings);
        using var json = (await place.RunAsync("check", "--no-dns", "--json", "--mta-user", "root")).Expect(0).ReadJson();
        var listener = Assert.Single(json.RootElement.GetProperty("listeners").EnumerateArray());
        Assert.Equal($"unix:{place.Folder}/s", listener.GetProperty("socket").GetString());
        Assert.Equal(["127.0.0.0/8", "::1/128"], Texts(listener, "internal"));
        Assert.True(listener.GetProperty("writes_results").GetBoolean());
        Assert.False(listener.GetProperty("reads_body").GetBoolean());
        Assert.False(listener.GetProperty("keeps_body").GetBoolean());
        var (first, second) = (listener.GetProperty("filters")[0], listener.GetProperty("filters")[1]);
        Assert.Equal(("first", "TraitDeclarer", "message", "tempfail", "5s"), (Text(first, "name"), Text(first, "plugin"), Text(first, "kind"), Text(first, "on_error"), Text(first, "time_limit")));
        Assert.Equal(["spf", "dkim"], Texts(first, "publishes"));
        Assert.Equal(["Subject", "X-Note"], Texts(first, "edits_fields"));
        Assert.True(first.GetProperty("edits_body").GetBoolean());
        Assert.Equal(("second", "skip"), (Text(second, "name"), Text(second, "on_error")));
        Assert.Equal(["dkim"], Texts(second, "needs"));
        Assert.Equal(["spf"], Texts(second, "uses"));
        Assert.True(second.GetProperty("quarantines").GetBoolean());
        Assert.True(second.GetProperty("signs_body").GetBoolean());
        Assert.Equal(["{client_addr}"], Texts(second.GetProperty("macros"), "CONNECT"));
    }

    [Fact]
    public async Task What_is_asked_of_the_MTA_is_in_the_words_of_the_protocol()
    {
        using var place = new Workplace().With(Settings);
        using var json = (await place.RunAsync("check", "--no-dns", "--json", "--mta-user", "root")).Expect(0).ReadJson();
        var negotiation = json.RootElement.GetProperty("listeners")[0].GetProperty("negotiation");
        Assert.Equal(["ADDHDRS", "CHGBODY", "ADDRCPT", "DELRCPT", "CHGHDRS", "QUARANTINE", "CHGFROM", "ADDRCPT_PAR", "SETSYMLIST"], Texts(negotiation, "actions"));
        Assert.Equal(["ADDHDRS", "CHGBODY", "CHGHDRS", "QUARANTINE"], Texts(negotiation, "needed_actions"));
        Assert.Contains("HDR_LEADSPC", Texts(negotiation, "steps"));
        Assert.Equal(["j", "v", "_", "{daemon_name}", "{daemon_addr}", "{if_name}", "{if_addr}", "{client_addr}"], Texts(negotiation.GetProperty("macros"), "CONNECT"));
    }

    [Fact]
    public async Task Settings_that_are_wrong_have_no_order()
    {
        using var place = new Workplace().With(Settings.Replace("[\"first\", \"second\"]", "[\"second\", \"first\"]", StringComparison.Ordinal));
        using var json = (await place.RunAsync("check", "--no-dns", "--json", "--mta-user", "root")).Expect(78).ReadJson();
        Assert.Empty(json.RootElement.GetProperty("listeners").EnumerateArray());
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static IEnumerable<string?> Texts(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
